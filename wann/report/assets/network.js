// A network and its episodes, with the bits of the NumPy reference. Needs the functions of
// wann.export.javascript (CLAMP, ACTIVATIONS) in reach.

// plan: {n_inputs, n_outputs, activations, indptr, sources, weights}; weights is null or one per connection.
function makeNetwork(plan) {
  const first = 1 + plan.n_inputs;
  const count = first + plan.activations.length;
  const functions = plan.activations.map((name) => ACTIVATIONS[name]);
  return {
    plan, count, first,
    // inputs and a shared weight (null: the network's own) -> the values of all nodes
    values(inputs, weight) {
      const values = new Float64Array(count);
      values[0] = 1;
      for (let k = 0; k < plan.n_inputs; k++) values[1 + k] = inputs[k];
      for (let k = 0; k < functions.length; k++) {
        let total = 0;
        for (let edge = plan.indptr[k]; edge < plan.indptr[k + 1]; edge++) {
          const value = values[plan.sources[edge]];
          total = total + (weight === null ? plan.weights[edge] * value : value);
        }
        if (weight !== null) total = total * weight;
        total = Math.min(Math.max(total, -CLAMP), CLAMP);
        values[first + k] = functions[k](total);
      }
      return values;
    },
    outputs(values) {
      return values.subarray(count - plan.n_outputs);
    },
  };
}

// The largest output's place, of equals the first.
function largest(outputs) {
  let best = 0;
  for (let k = 1; k < outputs.length; k++) if (outputs[k] > outputs[best]) best = k;
  return best;
}

// rule: {kind: "discrete"} or {kind: "box", low, high, single}; one action is all that compiled tasks have.
function decide(rule, outputs) {
  if (rule.kind === "discrete") return largest(outputs);
  const unit = Math.min(Math.max(outputs[0], -1), 1);
  const action = Math.min(rule.low + (unit + 1) * 0.5 * (rule.high - rule.low), rule.high);
  return rule.single ? Math.fround(action) : action;
}

// task: {advance, observed, action, max_steps, starts}; an episode begins in one of the embedded states.
function makeEpisode(task, network, weight, start) {
  const episode = {
    state: task.starts[start].slice(), steps: 0, earned: 0, over: false, values: null,
    think() {
      const seen = task.observed.map((k) => Math.fround(episode.state[k]));
      episode.values = network.values(seen, weight);
    },
    step() {
      if (episode.over) return;
      const action = decide(task.action, network.outputs(episode.values));
      const next = task.advance(...episode.state, action);
      const terminated = next.pop();
      episode.earned = episode.earned + next.pop();
      episode.state = next;
      episode.steps += 1;
      episode.over = Boolean(terminated) || episode.steps >= task.max_steps;
      episode.think();
    },
    finish() {
      while (!episode.over) episode.step();
      return episode;
    },
  };
  episode.think();
  return episode;
}
