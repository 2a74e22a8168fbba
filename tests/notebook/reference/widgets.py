"""The states that ipywidgets' and anywidget's own classes send, which the widgets of this library have to equal.

    .venv/bin/python tests/notebook/reference/widgets.py > tests/notebook/reference/widgets.json

Layouts and styles stand in the place of their references.
"""
import json
from importlib.metadata import version

import anywidget
import ipywidgets as w
from ipywidgets.widgets.widget import Widget, _remove_buffers

widgets = {}


def state(widget):
    result = {}
    for key in widget.keys:
        value = getattr(widget, key)
        if isinstance(value, Widget):
            result[key] = state(value)
        elif key == "children":
            result[key] = [state(child) for child in value]
        elif key in ("source", "target"):
            result[key] = [state(value[0]), value[1]]
        else:
            result[key] = widget.get_state(key)[key]
    return result


def note(name, widget):
    widgets[name] = state(widget)


note("slider whole", w.IntSlider(value=3, min=1, max=9, step=2, description="epochs"))
note("slider fraction", w.FloatSlider(value=0.3, min=0, max=1, step=0.05, readout_format=".2f", description="weight"))
note("slider logarithmic", w.FloatLogSlider(value=0.001, min=-5, max=-1, base=10, description="rate"))
note("slider quiet", w.FloatSlider(value=0.5, min=0, max=1, step=0.01, continuous_update=False, orientation="vertical",
                                   readout=False, disabled=True, tooltip="tip"))
note("range whole", w.IntRangeSlider(value=(20, 80), min=0, max=100, step=1))
note("range fraction", w.FloatRangeSlider(value=(0.25, 0.75), min=0, max=1, step=0.01))
note("dropdown", w.Dropdown(options=[("one", 1), ("two", 2)], value=2, description="pick"))
note("select", w.Select(options=["a", "b", "c"], rows=3))
note("select multiple", w.SelectMultiple(options=["a", "b", "c"], value=("a", "c")))
note("toggle buttons", w.ToggleButtons(options=["a", "b"], tooltips=["A", "B"], button_style="info"))
note("radio buttons", w.RadioButtons(options=["a", "b"]))
note("checkbox", w.Checkbox(value=True, description="shuffle", indent=False))
note("toggle button", w.ToggleButton(value=True, description="live", icon="play"))
note("button", w.Button(description="go", icon="play", button_style="primary", disabled=True))
note("text", w.Text(value="x", placeholder="name", description="name", continuous_update=False))
note("password", w.Password())
note("text area", w.Textarea(rows=4))
note("number whole", w.IntText(value=7))
note("number fraction", w.FloatText(value=0.5, step=0.1))
note("number whole bounded", w.BoundedIntText(value=7, min=0, max=10))
note("number bounded", w.BoundedFloatText(value=0.5, min=0, max=1))
note("progress whole", w.IntProgress(value=3, min=0, max=10, bar_style="success"))
note("progress fraction", w.FloatProgress(value=0.5, min=0, max=1))
note("play", w.Play(min=0, max=30, value=5, interval=200, repeat=True))
note("html", w.HTML(value="<b>x</b>"))
note("label", w.Label(value="x"))
note("hbox", w.HBox([w.Label(value="x")], box_style="info"))
note("vbox", w.VBox([], layout=w.Layout(width="50%", grid_gap="4px")))
note("grid box", w.GridBox([], layout=w.Layout(grid_template_columns="repeat(2, 1fr)")))
note("accordion", w.Accordion(children=[w.Label(value="x")], titles=["X"]))
note("tabs", w.Tab(children=[w.Label(value="x")], titles=["X"], selected_index=0))
note("output", w.Output())
note("link", w.jslink((w.Label(value="a"), "value"), (w.Label(value="b"), "value")))
note("link one way", w.jsdlink((w.Label(value="a"), "value"), (w.Label(value="b"), "value")))


class Counter(anywidget.AnyWidget):
    _esm = "export default { render() {} }"
    _css = "b { color: red }"


note("any widget", Counter())

nested = {"plain": [0, "text"], "x": {"array": b"\x01\x02"}, "list": [1, b"\x03", {"deep": b"\x04"}]}
packed, paths, buffers = _remove_buffers(nested)
packing = {"state": packed, "paths": paths, "buffers": [list(part) for part in buffers]}

versions = {name: version(name) for name in ("ipywidgets", "anywidget")}
print(json.dumps({"versions": versions, "packing": packing, "widgets": widgets}, indent=1, sort_keys=True))
