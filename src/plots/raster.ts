import * as zlib from 'node:zlib';

/**
 * The few canvas calls that plotly.js fills heat maps with, on a plain array of pixels; `toDataURL` gives a PNG.
 * Rectangles of one colour, and whole pictures for heat maps whose cells touch.
 */
export class Raster {
  fillStyle = 'rgba(0,0,0,0)';
  private readonly pixels: Uint8Array;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.pixels = new Uint8Array(width * height * 4);
  }

  /** Fills the pixels whose centres lie inside the rectangle. */
  fillRect(x: number, y: number, width: number, height: number): void {
    const rgba = parseColour(this.fillStyle);
    const [left, right] = ends(x, width, this.width);
    const [top, bottom] = ends(y, height, this.height);
    for (let row = top; row < bottom; row++) {
      for (let column = left; column < right; column++) this.pixels.set(rgba, (row * this.width + column) * 4);
    }
  }

  /** Pixels to be filled and put back. */
  createImageData(width: number, height: number): { width: number; height: number; data: Uint8ClampedArray } {
    return { width, height, data: new Uint8ClampedArray(width * height * 4) };
  }

  /** Puts pixels with their upper left corner at a place; what lies outside is left out. */
  putImageData(image: { width: number; height: number; data: Uint8ClampedArray }, x: number, y: number): void {
    const columns = Math.min(image.width, this.width - x);
    for (let row = 0; row < Math.min(image.height, this.height - y); row++) {
      const from = row * image.width * 4;
      this.pixels.set(image.data.subarray(from, from + 4 * columns), ((y + row) * this.width + x) * 4);
    }
  }

  /** The picture as a PNG file (ISO/IEC 15948: signature, header, one compressed block, end) in a data URL. */
  toDataURL(): string {
    const header = Buffer.alloc(13);
    header.writeUInt32BE(this.width, 0);
    header.writeUInt32BE(this.height, 4);
    // 8 bits a channel, red-green-blue-alpha.
    header.set([8, 6, 0, 0, 0], 8);
    const stride = this.width * 4;
    // Every line starts with its filter type, here 0 for none.
    const lines = Buffer.alloc((stride + 1) * this.height);
    for (let row = 0; row < this.height; row++) {
      lines.set(this.pixels.subarray(row * stride, (row + 1) * stride), row * (stride + 1) + 1);
    }
    const file = Buffer.concat([
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
      chunk('IHDR', header),
      chunk('IDAT', zlib.deflateSync(lines)),
      chunk('IEND', Buffer.alloc(0)),
    ]);
    return `data:image/png;base64,${file.toString('base64')}`;
  }
}

function ends(from: number, size: number, limit: number): [number, number] {
  const [low, high] = size < 0 ? [from + size, from] : [from, from + size];
  return [Math.max(0, Math.round(low)), Math.min(limit, Math.round(high))];
}

function chunk(kind: string, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length, 0);
  head.write(kind, 4, 'latin1');
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(checksum(Buffer.concat([head.subarray(4), body])), 0);
  return Buffer.concat([head, body, sum]);
}

/** CRC-32 as in the appendix of the PNG specification. */
function checksum(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** `rgb(...)`, `rgba(...)` or `#rrggbb`, the forms plotly.js writes. */
function parseColour(text: string): [number, number, number, number] {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text);
  if (hex) return [Number.parseInt(hex[1]!, 16), Number.parseInt(hex[2]!, 16), Number.parseInt(hex[3]!, 16), 255];
  const [red = 0, green = 0, blue = 0, alpha = 1] = (text.match(/[\d.]+/g) ?? []).map(Number);
  return [red, green, blue, Math.round(alpha * 255)];
}
