/** The tasks as a list of radio buttons, in groups. */
import { find, h, icon } from "./dom.js";
import { GROUPS } from "./tasks.js";
import type { Place, Task } from "./types.js";

/** Write the list; `choose` is called with the task that is picked. */
export function listTasks(
  tasks: readonly Task[],
  place: Place,
  chosen: string,
  choose: (task: Task) => void,
): void {
  const groups = GROUPS.map(
    (group) => [group, tasks.filter((task) => task.group === group)] as const,
  );
  const made = groups
    .filter(([, own]) => own.length > 0)
    .map(([group, own]) =>
      h(
        "fieldset",
        {},
        h("legend", {}, group),
        ...own.map((task) => item(task, place, task.name === chosen, choose)),
      ),
    );
  find("task").replaceChildren(...made);
}

/** Whether a place can answer a task. */
export function able(task: Task, place: Place): boolean {
  return place === "device" ? task.device !== "" : task.served;
}

function item(task: Task, place: Place, checked: boolean, choose: (task: Task) => void) {
  const radio = h("input", {
    ...{ type: "radio", name: "task", value: task.name, checked, disabled: !able(task, place) },
    change: () => choose(task),
  });
  const note = noteOf(task, place);
  return h(
    "label",
    { title: task.hint },
    radio,
    h(
      "span",
      { class: "task" },
      icon(task.icon),
      h("span", { class: "title" }, task.title),
      note === "" ? null : h("span", { class: "note" }, note),
    ),
  );
}

function noteOf(task: Task, place: Place): string {
  if (place === "device" && task.device === "") return "server";
  if (place === "server" && !task.served) return "device";
  return place === "server" && task.missing && task.instead === "" ? "no weights" : "";
}
