// Which instances belong to this deployment: exactly those with a valid tag.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brandId, DeploymentId } from '../../../../shared/core/base/ids.ts';
import { tagOf } from '../../../../shared/core/instance/ownership.ts';
import { separateOurs } from '../../../../shared/core/instance/sighting.ts';
import { aDeployment, aLeaseId, anInstanceId, aSigner } from '../../../support/builders/base.ts';
import { anInstance } from '../../../support/builders/sightings.ts';

const reader = { deployment: aDeployment, signer: aSigner };
const ours = tagOf({ deployment: aDeployment, leaseId: aLeaseId(), attempt: 3 }, aSigner);
const others = tagOf(
  { deployment: brandId(DeploymentId, 'prod'), leaseId: aLeaseId(), attempt: 1 },
  aSigner,
);

const anyLabel = fc.oneof(
  fc.constantFrom<string | null>(ours, others, null, '', `${ours}x`, ours.toUpperCase()),
  fc.string(),
);

describe('a listing', () => {
  it('is separated into own and foreign instances, none lost or counted twice', () => {
    fc.assert(
      fc.property(fc.array(anyLabel), (labels) => {
        const listed = labels.map((label, place) =>
          anInstance({ id: anInstanceId(`i${place}`), label }),
        );
        const separate = separateOurs(listed, reader);
        const found = separate.ours.map(({ instance }) => instance);
        expect(found).toEqual(listed.filter(({ label }) => label === ours));
        expect(separate.foreign).toEqual(listed.filter(({ label }) => label !== ours));
        for (const { owner } of separate.ours) {
          expect(owner).toEqual({
            ...{ deployment: aDeployment, leaseId: aLeaseId() },
            attempt: 3,
          });
        }
      }),
    );
  });
});
