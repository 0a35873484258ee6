// All that views are built of, so that each of them needs one import.
export { blob, get, send, text } from "../core/api.js";
export { html, useEffect, useRef, useState } from "../core/html.js";
export { useAct, useDebounced, useEvery, useLoad } from "../core/load.js";
export { go, href } from "../core/route.js";
export { t } from "../core/text.js";
export { duration, size, Time } from "../core/time.js";
export { short } from "../core/visible.js";
export { toYaml } from "../core/yaml.js";
export { ConfirmButton } from "../parts/confirm.js";
export { CopyButton } from "../parts/copy_button.js";
export { Credentials, word } from "../parts/credentials.js";
export { Failure } from "../parts/failure.js";
export { Field } from "../parts/field.js";
export { ListTable } from "../parts/list_table.js";
export { LongText } from "../parts/long_text.js";
export { Notice } from "../parts/notice.js";
export { YamlEditor } from "../parts/yaml_editor.js";
