import { formatNumber } from '../tables';

/** The history as it grows, a line per epoch. */
export class EpochTable {
  private headed = false;

  /** @param say prints a line */
  constructor(private readonly say: (line: string) => void = console.log) {}

  print(row: Readonly<Record<string, number>>, epochs: number): void {
    const keys = Object.keys(row).filter((key) => key !== 'epoch');
    if (!this.headed) this.say(['epoch'.padStart(9), ...keys.map((key) => key.padStart(14))].join(''));
    this.headed = true;
    const epoch = `${row['epoch']! + 1}/${epochs}`.padStart(9);
    this.say([epoch, ...keys.map((key) => formatNumber(row[key]!).padStart(14))].join(''));
  }
}
