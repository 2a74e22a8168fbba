/** A tensor to be written under its name. */
export interface WrittenValues {
  name: string;
  shape: readonly number[];
  values: Float32Array | Int32Array;
}

/**
 * The bytes of a safetensors file (Hugging Face, format 0.3): the length of the header (uint64, little-endian), the header as
 * JSON padded to eight bytes, and the values. A name that occurs twice gets the number of its place behind it.
 */
export function safetensorsBytes(
  tensors: readonly WrittenValues[],
  metadata: Readonly<Record<string, string>> = {},
): Buffer {
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  const parts: Buffer[] = [];
  let offset = 0;
  tensors.forEach(({ name, shape, values }, place) => {
    const unique = name in header ? `${name}#${place}` : name;
    const end = offset + values.byteLength;
    header[unique] = { dtype: values instanceof Int32Array ? 'I32' : 'F32', shape, data_offsets: [offset, end] };
    parts.push(Buffer.from(values.buffer, values.byteOffset, values.byteLength));
    offset = end;
  });
  const text = Buffer.from(JSON.stringify(header));
  const padded = Buffer.alloc(Math.ceil(text.length / 8) * 8, ' ');
  text.copy(padded);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded, ...parts]);
}
