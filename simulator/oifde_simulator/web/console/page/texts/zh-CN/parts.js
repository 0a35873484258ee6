export default {
  "parts.cancel": "取消",
  "parts.copyOf": "复制 {name}",
  "parts.loading": "正在加载…",
  "parts.checking": "正在检查…",
  "parts.more": "显示更多（{shown}/{all}）",
};
