export default {
cancel: "取消",
copyOf: "复制 {name}",
loading: "正在加载…",
checking: "正在检查…",
more: "显示更多（{shown}/{all}）",
};
