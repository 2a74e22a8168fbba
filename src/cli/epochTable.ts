import { formatNumber } from '../tables';

/** The history as it grows, a line per epoch. */
export class EpochTable {
  private headed = false;

  print(row: Readonly<Record<string, number>>, epochs: number): void {
    const keys = Object.keys(row).filter((key) => key !== 'epoch');
    if (!this.headed) console.log(['epoch'.padStart(9), ...keys.map((key) => key.padStart(14))].join(''));
    this.headed = true;
    const epoch = `${row['epoch']! + 1}/${epochs}`.padStart(9);
    console.log([epoch, ...keys.map((key) => formatNumber(row[key]!).padStart(14))].join(''));
  }
}
