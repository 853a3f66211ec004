"""old_kernel.py PROGRAM ARGUMENT…: runs it as on a kernel before Landlock and openat2 (Linux 5.5): a filter answers that there are no such calls."""
import ctypes
import os
import struct
import sys

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, MODE_FILTER = 38, 22, 2
LOAD, IF_EQUAL, ANSWER = 0x20, 0x15, 0x06  # BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_RET|K
ALLOW, NO_SUCH_CALL = 0x7FFF0000, 0x00050000 | 38
CALLS = (437, 444, 445, 446)  # openat2 and Landlock's three


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def instruction(code, value, if_true=0, if_false=0):
    return struct.pack("HBBI", code, if_true, if_false, value)


code = instruction(LOAD, 0)
for number in CALLS:
    code += instruction(IF_EQUAL, number, 0, 1) + instruction(ANSWER, NO_SUCH_CALL)
code += instruction(ANSWER, ALLOW)
libc = ctypes.CDLL(None, use_errno=True)
program = Program(len(code) // 8, code)
if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.byref(program)):
    sys.exit(f"old_kernel: no filter: {os.strerror(ctypes.get_errno())}")
os.execv(sys.argv[1], sys.argv[1:])
