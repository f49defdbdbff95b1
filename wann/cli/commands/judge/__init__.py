"""Commands that judge networks on episodes that nothing has seen before."""
