// Weights as a .safetensors file (github.com/huggingface/safetensors): 8 bytes of length, a JSON header, the numbers.

/** The bytes of a file with these tensors, Float32Arrays by name; `shapes` has the shape of each. */
export function packed(tensors, shapes, metadata = {}) {
  let end = 0;
  const header = { __metadata__: metadata };
  for (const [name, values] of Object.entries(tensors)) {
    header[name] = { dtype: "F32", shape: shapes[name], data_offsets: [end, (end += 4 * values.length)] };
  }
  let text = JSON.stringify(header);
  text = text.padEnd(Math.ceil(text.length / 8) * 8); // numbers begin at a multiple of 8
  const head = new TextEncoder().encode(text);
  const file = new Uint8Array(8 + head.length + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(head.length), true);
  file.set(head, 8);
  for (const [name, values] of Object.entries(tensors))
    file.set(new Uint8Array(values.buffer, values.byteOffset, 4 * values.length), 8 + head.length + header[name].data_offsets[0]);
  return file;
}

function half(bits) {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (!exponent) return sign * 2 ** -24 * fraction;
  return exponent === 31 ? (fraction ? NaN : sign * Infinity) : sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}

/** Float32Arrays by name, of a file with numbers of 32 or 16 bits; and its metadata, not enumerated. */
export function unpacked(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  const { __metadata__: metadata, ...header } = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  const tensors = Object.fromEntries(Object.entries(header).map(([name, { dtype, data_offsets: [from, to] }]) => {
    const size = { F32: 4, F16: 2 }[dtype];
    if (!size) throw new Error(`${name}: numbers of type ${dtype} are not read here; save F32 or F16`);
    const read = (i) => size === 4 ? view.getFloat32(8 + length + from + 4 * i, true) : half(view.getUint16(8 + length + from + 2 * i, true));
    return [name, Float32Array.from({ length: (to - from) / size }, (_, i) => read(i))];
  }));
  return Object.defineProperty(tensors, "metadata", { value: metadata ?? {} });
}
