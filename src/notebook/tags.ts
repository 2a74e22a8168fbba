/** The tag of a cell whose outputs are the upshot of its notebook: a page shows them in its head as well, a terminal at the end. */
export const VERDICT_TAG = 'verdict';
