import { describe, expect, it } from 'vitest';
import { SecretString } from '@app/secret';
import { checkNewPassword, normalisePassword } from './password-rules.js';

const check = (password: string, username = 'alice'): void => {
  checkNewPassword(normalisePassword(password), username, 'password');
};
const refusal = (field: string): unknown =>
  expect.objectContaining({
    code: 'invalid_request',
    errors: [expect.objectContaining({ field }) as unknown],
  });

describe('normalisePassword', () => {
  it('makes the compatibility forms of one text one password', () => {
    expect(normalisePassword('\uFB01sh \u2460').expose()).toBe('fish 1');
    expect(normalisePassword('u\u0308ber').expose()).toBe('\u00FCber');
  });
});

describe('checkNewPassword', () => {
  it.each([
    ['four random words', 'correct horse battery staple'],
    ['random characters', 'aX9$kd72nqLw0PzR'],
    ['a login secret that a client derived', 'x5Qm0yq7vWcXoU2Jk3sZ8aB1nT4rE6pLhGfDdSaQwYI'],
    ['128 characters', 'The quick brown fox; '.repeat(6) + '#9'],
    ['15 code points outside the basic plane', '🐙🦑🐡🦀🐚🐠🐟🐬🐳🦈🐊🐅🐆🦓🦍'],
  ])('takes %s', (_, password) => {
    expect(() => {
      check(password);
    }).not.toThrow();
  });

  it.each([
    ['14 characters', 'aX9$kd72nqLw0P'],
    ['129 characters', 'aX9$kd72nqLw0PzR'.repeat(8) + 'a'],
    ['14 code points that are 28 code units', '🐙🦑🐡🦀🐚🐠🐟🐬🐳🦈🐊🐅🐆🦓'],
    ['a common one made longer', 'password12345678'],
    ['a common one said twice', 'iloveyouiloveyou'],
    ['a common one with the usual substitutions', 'Passw0rd!Passw0rd!'],
    ['a row of the keyboard', 'qwertyuiopasdfgh'],
    ['a zigzag over the keyboard', '1q2w3e4r5t6y7u8i'],
    ['one letter', 'a'.repeat(20)],
    ['the alphabet', 'abcdefghijklmnop'],
    ['the username in it, in another case', 'my name is ALICE, hello'],
  ])('refuses %s', (_, password) => {
    expect(() => {
      check(password);
    }).toThrow(refusal('password'));
  });

  it.each(['bob', 'kite'])('takes one that has the short name %s in it', (username) => {
    expect(() => {
      check('a bobbing kite over correct horses', username);
    }).not.toThrow();
  });

  it('counts what is left after normalisation', () => {
    const ligatures = 'ﬄ'.repeat(43);
    expect(() => {
      check(ligatures);
    }).toThrow(refusal('password'));
  });

  it('puts no part of the password into the refusal', () => {
    let thrown: unknown;
    try {
      checkNewPassword(new SecretString('qwertyuiopasdfgh'), 'alice', 'newPassword');
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toEqual(refusal('newPassword'));
    expect(JSON.stringify(thrown)).not.toContain('qwerty');
  });
});
