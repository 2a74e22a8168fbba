"""Jupyter's own conformance tests, with every optional sample filled in."""
import unittest

import jupyter_kernel_test


class Conformance(jupyter_kernel_test.KernelTests):
    kernel_name = "reluctant"
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('oops')"
    completion_samples = [
        {"text": "JSON.par", "matches": ["parse"]},
        {"text": "Number.isS", "matches": ["isSafeInteger"]},
    ]
    complete_code_samples = ["1", "console.log('x')", "function f(x: number) {\n  return x * 2\n}\n\n\n"]
    incomplete_code_samples = ["function f() {", "console.log('x'"]
    invalid_code_samples = ["const = 5 6", "let 1a = 2"]
    code_page_something = "import { page } from 'reluctant'; page('something');"
    code_generate_error = "throw new Error('on purpose')"
    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": "[1, 'a']", "result": "[ 1, 'a' ]"},
        {"code": "6 * 9", "result": "54"},
    ]
    code_display_data = [
        {"code": "import { displayRaw } from 'reluctant'; displayRaw({ 'text/html': '<b>1</b>', 'text/plain': '1' });", "mime": "text/html"},
        {"code": "import * as tslab from 'tslab'; tslab.display.svg('<svg xmlns=\"http://www.w3.org/2000/svg\"/>');", "mime": "image/svg+xml"},
    ]
    code_history_pattern = "6 * 7"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "Math.sqrt"
    code_clear_output = "import { clearOutput } from 'reluctant'; clearOutput();"


if __name__ == "__main__":
    unittest.main(verbosity=2)
