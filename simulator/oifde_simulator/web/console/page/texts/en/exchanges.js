export default {
  "exchanges.title": "Exchanges",
};
