/** How often each trial may be begun again after what it ran in has died. */
export class Attempts {
  private readonly ends = new Map<string, number>();

  /** @param most ends of one trial after which it is given up. */
  constructor(readonly most = 3) {}

  /** Notes that one more attempt at a trial has ended badly. @returns whether there is to be another. */
  another(id: string): boolean {
    const ends = (this.ends.get(id) ?? 0) + 1;
    this.ends.set(id, ends);
    return ends < this.most;
  }
}
