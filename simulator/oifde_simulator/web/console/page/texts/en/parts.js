export default {
cancel: "Cancel",
copyOf: "Copy {name}",
loading: "Loading…",
checking: "Checking…",
more: "Show more ({shown} of {all})",
};
