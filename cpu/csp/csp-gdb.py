"""csp-gdb.py -- the tasks of a CSP program, in gdb: source this file.

    csp tasks        every task: number, name, what it does or waits for, on which channel,
                     when it began to wait (of its run's clock), where it was started
    csp bt TASK      the backtrace of a task, parked or running
    csp use TASK     from now on the frames of this task: bt, up, info locals, ...
    csp use          the OS thread's own frames again

Works on a live process and on a core file, and changes neither: a parked task's registers
lie where csp_switch left them, and gdb is told so by an unwinder. The frame numbered 0 is
then the OS thread's; the task's begin at 1. The runtime needs its debug information.
"""

import re

import gdb
import gdb.unwinder

WAITS = {0: "ended", 1: "runnable", 2: "running", 3: "chan send", 4: "chan receive",
         5: "chan send (nil chan)", 6: "chan receive (nil chan)", 7: "select",
         8: "select (no cases)", 9: "sleep", 10: "work", 11: "IO wait",
         12: "blocking call"}
RUNNING, FIRST_PARKED = 2, 3

# What csp_switch has saved, from the task's sp upwards, and where its sp is afterwards.
SAVED = {
    "i386:x86-64": ({"r15": 8, "r14": 16, "r13": 24, "r12": 32, "rbx": 40, "rbp": 48,
                     "rip": 56}, "rsp", 64),
    "aarch64": ({**{f"x{19 + i}": 8 * i for i in range(12)}, "pc": 88}, "sp", 176),
}


def number(value):
    return int(value.cast(gdb.lookup_type("unsigned long")))


def constant(name):
    return int(gdb.parse_and_eval(name))


def static(name):
    symbol = gdb.lookup_static_symbol(name)
    if symbol is None:
        raise gdb.GdbError(f"no '{name}': is this a CSP program with debug information?")
    return symbol.value()


def pointed(value, type_name):
    """The object that an atomic or plain pointer points to, or None."""
    address = number(value)
    if not address:
        return None
    return gdb.Value(address).cast(gdb.lookup_type(type_name).pointer()).dereference()


def slots():
    """The record of every slot that has held a task."""
    arena = pointed(static("arenas"), "struct arena")
    space, colours = constant("TASK_SPACE"), constant("TASK_COLOURS")
    line = constant("CACHE_LINE")
    task_type = gdb.lookup_type("struct task").pointer()
    while arena is not None:
        bits = int(arena["class"])
        for i in range(number(arena["carved"])):
            slot = number(arena["base"]) + (i << bits)
            colour = (slot >> bits) % colours
            record = slot + (1 << bits) - space - colour * line
            yield gdb.Value(record).cast(task_type).dereference(), slot, 1 << bits
        arena = pointed(arena["next"], "struct arena")


def tasks():
    for task, slot, size in slots():
        if number(task["run_id"]) and number(task["wait"]):
            yield task, slot, size


def find_task(text):
    wanted = int(gdb.parse_and_eval(text))
    found = [t for t in tasks() if int(t[0]["id"]) == wanted]
    if not found:
        raise gdb.GdbError(f"there is no task {wanted}")
    if len(found) > 1:
        gdb.write(f"there are several runs with a task {wanted}; this is of the first\n")
    return found[0]


def place(address):
    """function (file:line) of a return address."""
    if not address:
        return "?"
    block = gdb.block_for_pc(address - 1)
    while block is not None and block.function is None:
        block = block.superblock
    line = gdb.find_pc_line(address - 1)
    name = block.function.name if block is not None else hex(address)
    return f"{name} ({line.symtab.filename}:{line.line})" if line.symtab else name


def channels(task):
    """What a parked task waits for, one line a channel."""
    if number(task["wait"]) < FIRST_PARKED:
        return
    for i in range(min(int(task["n_waiters"]), 8)):
        waiter = task["waiters"][i]
        chan = pointed(waiter["ch"], "struct csp_chan")
        if chan is None:
            continue
        does = "sending on" if waiter["sending"] else "receiving from"
        yield (f"{does} channel {number(waiter['ch']):#x}, {number(chan['count'])} of"
               f" {number(chan['cap'])} in its buffer")


class Unwinder(gdb.unwinder.Unwinder):
    """Says that the frame below a thread's innermost is a parked task's."""

    class Id:
        def __init__(self, sp, pc):
            self.sp, self.pc = sp, pc

    def __init__(self):
        super().__init__("csp")
        self.saved = None

    def pretend(self, task):
        self.saved = None
        gdb.invalidate_cached_frames()
        if task is None:
            return
        frame = gdb.newest_frame()
        name = frame.architecture().name()
        if name not in SAVED:
            raise gdb.GdbError(f"no context switch is known for {name}")
        self.thread = gdb.selected_thread().ptid
        self.registers, self.sp_name, self.size = SAVED[name]
        self.here = int(frame.read_register(self.sp_name)), frame.pc()
        self.saved = number(task["ctx"]["sp"])
        gdb.invalidate_cached_frames()

    def __call__(self, frame):
        if self.saved is None or gdb.selected_thread().ptid != self.thread:
            return None
        pc = int(frame.read_register("pc"))
        if (int(frame.read_register(self.sp_name)), pc) != self.here:
            return None
        # gdb refuses a caller that lies below its callee, so this one lies at the bottom.
        info = frame.create_unwind_info(self.Id(gdb.Value(self.saved), gdb.Value(pc)))
        word = gdb.lookup_type("unsigned long")
        for name, offset in self.registers.items():
            at = gdb.Value(self.saved + offset).cast(word.pointer())
            info.add_saved_register(name, at.dereference())
        info.add_saved_register(self.sp_name, gdb.Value(self.saved + self.size).cast(word))
        return info


unwinder = Unwinder()


def thread_on(slot, size):
    """The OS thread that runs on a slot, or None."""
    was = gdb.selected_thread()
    try:
        for thread in gdb.selected_inferior().threads():
            thread.switch()
            if slot <= int(gdb.parse_and_eval("(unsigned long)$sp")) < slot + size:
                return thread
    finally:
        was.switch()
    return None


def backtrace_running(slot, size):
    thread, was = thread_on(slot, size), gdb.selected_thread()
    if thread is None:
        gdb.write("it is being switched to or from\n")
        return
    gdb.write(f"on OS thread {thread.num}\n")
    thread.switch()
    try:
        gdb.execute("backtrace")
    finally:
        was.switch()


def backtrace_parked(task):
    unwinder.pretend(task)
    try:
        text = gdb.execute("with width 0 -- backtrace", to_string=True)
    finally:
        unwinder.pretend(None)
    frames = re.split(r"^(?=#)", text, flags=re.MULTILINE)[2:]
    for i, frame in enumerate(frames):
        gdb.write(re.sub(r"^#\d+ *", f"#{i:<3}", frame))


class Csp(gdb.Command):
    """The tasks of a CSP program: csp tasks, csp bt TASK, csp use [TASK]."""

    def __init__(self):
        super().__init__("csp", gdb.COMMAND_STACK, gdb.COMPLETE_NONE, True)


class CspTasks(gdb.Command):
    """csp tasks: every task, what it does or waits for, and where it was started."""

    def __init__(self):
        super().__init__("csp tasks", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        n = 0
        for task, _, _ in tasks():
            n += 1
            wait = number(task["wait"])
            name = task["name"].string(errors="replace")
            run = pointed(task["run"], "struct run")
            line = f"task {int(task['id'])}"
            line += f' "{name}"' if name else ""
            line += f" [{WAITS.get(wait, wait)}"
            if wait >= FIRST_PARKED:
                start = 0 if run["simulated"] else int(run["start_ns"])
                line += f", since {(number(task['since_ns']) - start) / 1e9:.6f} s"
            gdb.write(line + "]\n")
            for channel in channels(task):
                gdb.write(f"    {channel}\n")
            gdb.write(f"    runs {place(number(task['fn']) + 1)}\n")
            gdb.write(f"    started at {place(number(task['spawned_at']))}\n")
        gdb.write(f"{n} tasks\n")


class CspBt(gdb.Command):
    """csp bt TASK: the backtrace of a task."""

    def __init__(self):
        super().__init__("csp bt", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        task, slot, size = find_task(argument)
        wait = number(task["wait"])
        gdb.write(f"task {int(task['id'])} [{WAITS.get(wait, wait)}]\n")
        if wait == RUNNING:
            backtrace_running(slot, size)
        else:
            backtrace_parked(task)


class CspUse(gdb.Command):
    """csp use TASK: gdb's frames are the task's; without TASK, the OS thread's again."""

    def __init__(self):
        super().__init__("csp use", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        unwinder.pretend(None)
        if not argument:
            return
        task, slot, size = find_task(argument)
        if number(task["wait"]) != RUNNING:
            unwinder.pretend(task)
            gdb.execute("frame 1")
            return
        thread = thread_on(slot, size)
        if thread is None:
            raise gdb.GdbError("it is being switched to or from")
        thread.switch()
        gdb.execute("frame")


# The process that goes on leaves the parked task's frames behind.
gdb.events.cont.connect(lambda event: unwinder.pretend(None) if unwinder.saved else None)
gdb.unwinder.register_unwinder(None, unwinder, replace=True)
Csp()
CspTasks()
CspBt()
CspUse()
