export default {
  "parts.cancel": "Cancel",
  "parts.copyOf": "Copy {name}",
  "parts.loading": "Loading…",
  "parts.checking": "Checking…",
  "parts.more": "Show more ({shown} of {all})",
};
