// Makes rules of the failure gallery fit a tenant: a user, a number of turns, a name that is free.

/** Choices of how long the server holds a rule; "" until somebody removes it. */
export const TTLS = ["1m", "5m", "30m", ""];

/** Adapt a scenario's rules to the choices of the form: `userMobile` and `times` may be empty. */
export function adapted(rules, { userMobile, times }, taken) {
  const names = new Set(taken);
  return rules.map((rule) => {
    const name = free(rule.name ?? "rule", names);
    names.add(name);
    return {
      ...rule, name,
      ...(userMobile && { match: forUser(rule.match, userMobile) }),
      ...(times && { times: Number(times) }),
    };
  });
}

/** Find a name that no rule has: `outage`, `outage-2`, `outage-3`. */
export function free(name, taken) {
  let count = 1;
  while (taken.has(count === 1 ? name : `${name}-${count}`)) count += 1;
  return count === 1 ? name : `${name}-${count}`;
}

function forUser(match = {}, userMobile) {
  return { ...match, request: { ...match.request, userMobile } };
}

/** Write the seconds that are left as a clock does: 4:05. */
export function countdown(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
