/**
 * Findings of solhint that stand, each with its reason: what a rule warns of is right here, in these functions and as often
 * as this. One more, one less, or one elsewhere is a finding. Rules that are off altogether are argued in docs/analysis.md.
 */

/** Where a rule may be broken: `Contract.function` -> how often. */
export interface Accepted {
  /** Why this is right. */
  reason: string;
  /** How often, by place. */
  places: Record<string, number>;
}

/** By rule. */
export const ACCEPTED: Record<string, Accepted> = {
  "code-complexity": {
    reason: "one check after the other, each on a line of its own: nothing nests",
    places: { "DeML._checkTerms": 1 },
  },
  "gas-increment-by-one": {
    reason: "the value before is what is needed: a number or an index from 0",
    places: { "DeML.create": 1, "DeML.enroll": 1, "DeML._complete": 1 },
  },
  "no-inline-assembly": {
    reason:
      "all are memory-safe. DeMLState, DeML: a whole word read or written at once, a row hashed in place, an error " +
      "with three values in little code. Tally: eight scores at a time. Committee: the inner loop of the draw. Beacons: " +
      "the precompiles. Each is compared with a plain computation in its tests",
    places: {
      "Beacons._call": 1,
      "Beacons._hashToG1": 1,
      "Beacons._mapToG1": 1,
      "Beacons._pairs": 1,
      "Beacons.isKey": 1,
      "Beacons.verify": 1,
      "Committee.permute": 1,
      "DeMLState._checkRange": 1,
      "DeMLState._checkRevealed": 1,
      "DeMLState._page": 1,
      "DeMLState._rowDigest": 1,
      "DeMLState._store": 2,
      "DeMLState.competitionsPage": 1,
      "DeMLState.epochsPage": 1,
      "DeMLState.minersPage": 1,
      "DeMLState.roundsPage": 1,
      "DeMLState.seatsPage": 1,
      "DeMLState.submissionsPage": 1,
      "Tally._load": 1,
      "Tally.add": 1,
    },
  },
  "not-rely-on-time": {
    reason:
      "phases follow from the clock, in windows of ten seconds or more; a proposer cannot move it by more than a slot",
    places: {
      "DeML._checkTerms": 4,
      "DeML._ending": 1,
      "DeMLState._checkBefore": 2,
      "DeMLState._checkFrom": 2,
      "DeMLState._runningEpoch": 2,
    },
  },
};
