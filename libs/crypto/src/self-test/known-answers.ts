import type { BlobMetadata } from '../blob/blob-metadata.js';
import type { KeyPlace } from '../key-place.js';
import type { OuterLockedRecord } from '../wrap/outer-locked-record.js';

/** A blob of one suite, and what it is opened with. */
export interface KnownBlob {
  readonly place: KeyPlace;
  readonly dek: string;
  readonly context: Readonly<Record<string, string>>;
  readonly data: string;
  /** Base64, as on the wire. */
  readonly cipherText: string;
  readonly metadata: BlobMetadata;
}

/** What the self test compares with. Lower-case hex unless said; none of it is a secret. */
export interface KnownAnswers {
  readonly hmac: { readonly key: string; readonly message: string; readonly mac: string };
  readonly hkdf: {
    readonly ikm: string;
    readonly salt: string;
    readonly info: string;
    readonly okm: string;
  };
  readonly signature: {
    readonly seed: string;
    readonly publicKey: string;
    readonly message: string;
    readonly signature: string;
  };
  /** One for each suite. */
  readonly blobs: readonly KnownBlob[];
  readonly wrappedKey: {
    readonly place: KeyPlace;
    readonly masterKey: string;
    readonly outerKey: string;
    readonly dek: string;
    readonly salt: string;
    readonly nonce: string;
    readonly record: OuterLockedRecord;
  };
  readonly stream: {
    readonly place: KeyPlace;
    readonly dek: string;
    readonly context: Readonly<Record<string, string>>;
    readonly data: string;
    readonly salt: string;
    readonly stream: string;
  };
}

const BLOBS: readonly KnownBlob[] = [
  {
    place: {
      tenantId: 'fe6752b9-f558-4942-90be-ad76429de865',
      encryptionId: '93f58ddb-843e-401a-b802-24344367d63b',
      encryptionVersionId: '7b7a41d2-4d77-44d0-b525-eb3b60b06064',
      suite: 'AES-256-GCM',
    },
    dek: '10dc3e976688d668952d2b0fab8a413bf2f1f0151ffcfcdb27195a35d352677f',
    context: { purpose: 'test' },
    data: '61747461636b206174206461776e',
    cipherText: 'oFrb2e1xoK/QuerlrLA=',
    metadata: {
      v: 1,
      kind: 'data',
      encoding: 'utf8',
      iv: '/lCdQ7gIPwQNMiEE',
      tag: 'NUvvWAguFOQQEwff2ZBlGA==',
      commitment: 'J0LrVq5DzwxR68tlzIU6bB564nbm7k9gRtVVXE0dPJ0=',
    },
  },
  {
    place: {
      tenantId: '308b77f3-8c25-4f8a-a783-f7b96869f574',
      encryptionId: '94dedac5-bf96-40e6-88c1-7faa99e4c81d',
      encryptionVersionId: '001c2c15-0f35-45ef-beeb-a6097bbc1d63',
      suite: 'XAES-256-GCM',
    },
    dek: 'b3f8a517ab4168804509e8aefc257b655b4c85f2a35a9d4475f354fff69e53b2',
    context: { k: 'v' },
    data: '584145532d3235362d47434d',
    cipherText: 'AFB1NQkLeSYQuW2l',
    metadata: {
      v: 1,
      kind: 'data',
      encoding: 'utf8',
      iv: '1MKdxVZPf7eGTRSvl/la2wkw2PWJpVv7',
      tag: 'uTBMfqOlNiuKpgWKT3JK6w==',
      commitment: '1TKPxp1voDyzE/fkypMnUsA73LcdKWcdC5UdIN3DgPM=',
    },
  },
  {
    place: {
      tenantId: '5a76a19f-cfe0-44a9-9695-e622b9231723',
      encryptionId: '61337187-81de-4756-88a7-5d8dca3bb135',
      encryptionVersionId: '3a1bce85-8e2d-4d70-9233-6e5e9304552f',
      suite: 'ChaCha20-Poly1305',
    },
    dek: 'f045e50577e6e5a669d7ffef6b51aad79fe30bd9d22ac8196c902f880d1f13de',
    context: { '\u00e9': 'e\u0301' },
    data: 'c3a92065cc81',
    cipherText: 'gOKWrGBR',
    metadata: {
      v: 1,
      kind: 'data',
      encoding: 'utf8',
      iv: 'E6Uj+a4Menltxl81',
      tag: 'nkFMXJjJGgL69Pi1tEHdOQ==',
      commitment: '6EVZ7rXkeH1FS9RkFVrvXH/o/MSAqDCrHoPjdyshPoc=',
    },
  },
  {
    place: {
      tenantId: '146d21d4-b8cb-48f2-baa6-84af027c36ef',
      encryptionId: '12f24621-7f7b-4d8a-964b-48f4882bfede',
      encryptionVersionId: '7af22184-eb04-404b-9a93-bb025984adb0',
      suite: 'RSA-OAEP-3072-SHA256+AES-256-GCM',
    },
    dek: [
      '00000020231a9f07f456cca7fb75beb563b93340c783c141841bebd46f1d5bae040ef75700000700308206fc020100300d06',
      '092a864886f70d0101010500048206e6308206e20201000282018100ca69378a5110eb768d58b80f7afce3920d7e8778cd32',
      'ea5d18d5aa8dd7c02d08542357d4be3230dc3599adffa654a62efccb7f16fa6599832e944228f5fc849e0ae2def24c4e6e61',
      'd5e43baa8b1d2de4780b4315c914a6c0ef5b861afc9d78a4fdfd44ca20df8afce6c08742f9d7e7e82a8b37b9c8ba2458d257',
      '244a1371cb1e731d1a91661dca19d2ef1ce512c57e4c9f14be91c1e8094223e1197b3f97587d9bcd435364b4791aadf423f1',
      'c1f4b7704d0b9a4455171b507652f712e23b382df4af927a3e8bc3a2371a6ebc678fb296309c1059972e187621aafee4beb5',
      'eb77330a499d518e2936fbec61084373e5b8368bb0bc23ba9c897fb0bfd0c7c42f49ec4ca88278128d16faa10686a84769c8',
      '61e9f149904cccca0ccad3801de8cca5359962fca0f96b462be1b211a6e2d19d27b723b97fd60263a414b4249a212c6fb8f9',
      '63d34034df65f6bd08a47f24c4fd020a97a4b135ea50122b5ab284b1120398f7d9eefdbf99c2544756d490d806f893d643c7',
      '205785a75790b7185cae1f350203010001028201802e556b8b5407457f3bd7e53a55f2f1bd0b2dbda11f87da32396f1fbd9c',
      '77b75742bb5c6daca41c9f2bfde3e0b39888fa149018a58fe815fdfb79a0b373abbc47d94219bae950c2dfce70925ff5bc56',
      '37086bbb8d8f1c1517f132c83e0139a2d651f5d9fb530f18e7cf829ef3ebf14a7ad0d2518d4bafa0865c8fea14b2e2c7964e',
      'cf88b763e2c9d2a3806ce2db2b2e4027e23dc56bd7cbd6c213d31b6d711da69335a785bd75ba8b2aeaca179b48837d4785b2',
      '6895f9d61cd31926c9c1d3c0860c3185f8880574e4acdfc702f6014dd9afcc0e6f4b0b336a32154c07780948a0a59c9024bd',
      'f0c90f483f2bcd81c1156fef44b93ba27f65785bf8b0aa2c92e7bf4e4c24f2413c9a94856ba32a2342e18dd1bd78dd7fab7e',
      '8e2db6b7f174326e8de52738d204758593dd3cbb2072851e293b01ebda6e6f7aabe1c62ffa811d7b221b03e8da89a7e14c43',
      '69bfddb43286a0a0cba21f206217bd7ad87b2e6216053d921e2d0c72b536c5ce7655513ae5d40353ff325d38cb56b47dcd75',
      '5c07ce1e410281c100f01c3adf84cab013f50c8881dc26e30dba4f3fb590f220ff0e6662b3ea7e9888b6f4e54b6fc5c5a542',
      'dd4513f6c231694e08c4a3456b2343f1676e38a4e0a2760f4d8d5b4816553322a7627a3999265b1db345d5828dbf90a5f709',
      '8adc7a3859b7abefd3adf98e9a28215580843cc51e944cd673f7478e2fbe0758223fa20fe9fd229b999e5d294afcdb69129d',
      'ad45604d32cee476619985d149f2014d7cd3eef0fe53f65696cb0a778bb17e415772a6c58ba5d0c2f4b6ae98fe4cbd6a48ea',
      '190281c100d7ce505e3fe16a34d8369531c19138bc351597368c515b8a80cbc21841501fcecf21e31ec16fcec43ecd4edce5',
      '11b03205f40cf500eefe00b18605e1c3db1d64bd3b63f165b93148b1b6ce8234192cc998cbf90badc25bb9db99c69c478afe',
      'e85a4fe96dde161d03e1e2b05dfb79e89e801ce2112cc922f3f7c38b06dfbc4cd259af31ea11be67d87b2934244ac8c777b8',
      '7d7f76a3b86e25e9d1929f2c8c8b8f5c2dd2a5e5132503329082c5ab4a66c5a384e72098b135f9a840a83d4d9e797d0281c0',
      '302e8a05d660d1ea7f4eef899782da27240ec90b0735ff370f4dae5aca20733d63f14a9dd3a50d1f3786ad58ef3852affdef',
      'b67dc8ed51db4d72e2e44cf9a2c02c1bf4d4af6783db4a05eab5fa1ee85a7a604210312d7e966927646bd0085a8c6e55fb3f',
      '2ff7170d8a25fe4156c7d70a66d9f062bee945f8009afaad8cb5599a2ba8a92eaf5fa46c9ec6ec93c6be4160acbd18553208',
      '2dc57394f2121ed980b1befc5a1ee18b4add23d60d5cf781b3c911750f660fe9094b89f9e5ae50c8a6e90281c016a01bcef5',
      'd59543fb1325eb34871c32a7421f3b69d4b1cb409b9c3adcc620bf96f9cf8d0eecc0f9d437c437e690472fc76e01d9c2024c',
      '81181b9c0c42737b8e6f4485c2ee4e4f3b76de5aa24e0201af1524f5746300488ba0d96b78410bf293bbbc3b15f8bdcac6f8',
      '6cc2dee799ad68c8b7be7fdc792dfff40efd4978358ebc5308ca2be736563edd12c1d3b83f7aa233a67cb19c929e81bd14ea',
      'd163634cd277f099f028a72c2f3ca2e802ff656a86f810dc068fdbac74034edc14a9499f250281c01e659b14a89a2d7c4631',
      '5fd5ccdbbd3eef03f7384dbd73b8466f8c5a28278b5fca89cdfb62815a83ef5e9ede942b866ccf5ddc60da9245a867cc923d',
      '5e1923f775249bf14297736c4720cce242697378f83418881dd680be9d0d5b0c78ac2147a9a18ed99395592922b75797ef3e',
      '79ed9a135e19847d84d00479301a4b972bcafa2450be000cd682ca3f37267432dd27f5e23f3ba8d865f1c92e8e158905ca99',
      '13460e7fd27031aa9a1844e792dbf4a0a6bfd0d9c8ed56f53f39076cf23b21a5',
    ].join(''),
    context: { b: '2', a: '1' },
    data: '68796272696420f09fa49d',
    cipherText: [
      'AAABgIVrnQLG4FWHyMloqPiHG5rv0CXUQpA7t7qNRmV4BcLrdDLY+3GhVsefw9gtIh4xWCp+VCzNdOQFMJeghNZhPlmhVgbZeBnp',
      'QF3Z4Gz1GXKsxG5l9TOZkouJmJ/Xe6dw5sIENY/r+K2z0AI91WoOh0U1ptkrqFjXpbS2JkSor7eOkPFc8UPG0qfyaaSNFaJI7Waw',
      'NsD7Mq9twkOH7QZ6Bd4uZbgH+FcC/W1uLRRmfV1kLyPp8Vz5UEv3D5qkgUChhLx8Su9s0J4Xg0XVzm8rrUBnoLXEhbRbEcJyoXOb',
      'Z9Awah/dCRbSKXE3KpMgTvZlHzvQtNqUzo2P5lTA1ucQthVDL++fu8V+Yw6kB11QFRpOR0hSE9fhAA5Q68ae0TkUWfPe18UbuPvM',
      'PzRwsB1nTJHXtd1K7hFThPCa0E86CgUc8dKpkt0P6Ctkh7T1bEbpY023bdSGtxGZNDbj3+fkd4rOQTP9OcL/DzhckiWtBA+c9HDq',
      'gdNO8GmrdsguAV/FJQAAAAsS18uGL88icYSkQw==',
    ].join(''),
    metadata: {
      v: 1,
      kind: 'data',
      encoding: 'utf8',
      iv: 'JWcBR9wq7g9WqwXG',
      tag: 'v2iALltTdk/GDD2ZLPEIQw==',
      commitment: 'BNRxnMcIeV+1iEFJw3lNfvZB5NBuauiMZ07+gSrSVgI=',
    },
  },
];

/**
 * HMAC of RFC 4231 (test case 2), HKDF of RFC 5869 (A.1), Ed25519 of RFC 8032 (7.1, test 2); all else out of `test/vectors/keyward-v1.json`:
 * the second vector of each suite, `wrap-client-01` and `stream-02`.
 */
export const KNOWN_ANSWERS: KnownAnswers = {
  hmac: {
    key: '4a656665',
    message: '7768617420646f2079612077616e7420666f72206e6f7468696e673f',
    mac: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  },
  hkdf: {
    ikm: '0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b',
    salt: '000102030405060708090a0b0c',
    info: 'f0f1f2f3f4f5f6f7f8f9',
    okm: '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
  },
  signature: {
    seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    message: '72',
    signature: [
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da',
      '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    ].join(''),
  },
  blobs: BLOBS,
  wrappedKey: {
    place: {
      tenantId: '387190c0-0cd9-47a2-88be-a8c64b65ce18',
      encryptionId: 'eaabd698-5aa4-426b-adbe-00a24390aaf6',
      encryptionVersionId: 'e0709eb0-7409-4e28-b602-af856b3d3fd2',
      suite: 'AES-256-GCM',
    },
    masterKey: 'd8495c5df7564c1e561a2097f1fec4e0d5628c4ca247133a043d5c15c2813f8d',
    outerKey: '7c3edef56caa2e310e2ebf9f83fe5b601870390ee163f26df051cc65298eff74',
    dek: '3f112a80f49bc8fb0c3602d8fabd885b0362f18a6e3405babd07e8bac5b1891a',
    salt: 'd2614e8733792d2036893c79587f9ef43379ba77c9e59448f263ceb2d0b7b428',
    nonce: '4ea515f9409cc61db89651d0',
    record: {
      v: 1,
      kekUri: 'client:',
      outerKeyId: '0344168d-9fd0-4889-b7f0-bf3b19230c9f',
      outerNonce: 'PwF/NjseEMyHxh4L',
      outer: [
        'p0BlCquh7K63R41fLMOSJOtuPT8k6HJ8SLjOgmG2yn8UhV32O0PzqBiUSDfVW71sY3p9M76hArijjwkwB5qFZ5uecwrUB9jQmNe8',
        'cTGF56fa8LE9QThv5814Z+hg/+Ze6khVrdai4GCIbiU73EgexG+Qcp02814xEVxynYuFBD1Yj+QV0XbeESaqxrDF0DBlhvDhnCi1',
        '7b4O1bpY',
      ].join(''),
    },
  },
  stream: {
    place: {
      tenantId: 'c704f30e-6514-4f1e-a15c-866fa61222c0',
      encryptionId: 'f7e03fc4-4ed1-423e-a000-ce444c08f2a9',
      encryptionVersionId: '34f83741-83af-4079-8ab4-4f4992d3b504',
      suite: 'AES-256-GCM',
    },
    dek: 'b0c6134354721db77b9d8f860564a035705afebb3e388ebf062aa5697c1b67c2',
    context: { file: '\ud83d\udcc4.bin' },
    data: 'e4',
    salt: '702941ad61e9436fcd34bae8136b255410a98e836e7c8286',
    stream: [
      '4b57533134f8374183af40798ab44f4992d3b504702941ad61e9436fcd34bae8136b255410a98e836e7c828626258a379622',
      '5fe7748b73572d2980d5072b9cc17004a4b87e9ff61aace59ce0a15e82e78e87e371507f1c5ba70235cbcb',
    ].join(''),
  },
};
