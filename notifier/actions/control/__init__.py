"""What may leave: approvals, lists, ceilings, the brake, who came late."""
