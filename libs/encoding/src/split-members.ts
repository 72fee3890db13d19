const LENGTH_BYTES = 4;

/**
 * The members of an E of {@link encodeMembers} that has exactly `count` of them, as bytes.
 *
 * @returns views of `encoded`, not copies; undefined where a length runs over the end, a member is missing or anything is left behind.
 */
export function splitMembers(encoded: Buffer, count: number): Buffer[] | undefined {
  const members: Buffer[] = [];
  let offset = 0;
  while (members.length < count) {
    const start = offset + LENGTH_BYTES;
    if (start > encoded.length) return undefined;
    offset = start + encoded.readUInt32BE(start - LENGTH_BYTES);
    if (offset > encoded.length) return undefined;
    members.push(encoded.subarray(start, offset));
  }
  return offset === encoded.length ? members : undefined;
}
