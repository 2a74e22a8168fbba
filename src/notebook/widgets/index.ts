/**
 * Controls in a notebook, driven from TypeScript: sliders, lists, buttons, boxes, live figures. They are those of
 * ipywidgets and anywidget, whose front ends ship with JupyterLab's widget extensions; in a plain script they work in memory
 * and print as text.
 */
export { accordion, Box, type BoxOptions, gridBox, hbox, TitledBox, tabs, vbox } from './boxes';
export {
  Button,
  type ButtonOptions,
  type ButtonStyle,
  button,
  checkbox,
  Toggle,
  type ToggleOptions,
  toggleButton,
} from './buttons';
export { Layout, type LayoutOptions } from './layout';
export { Model, type Origin } from './model';
export {
  NumberControl,
  NumberInput,
  type NumberInputOptions,
  numberInput,
  Play,
  type PlayOptions,
  ProgressBar,
  type ProgressBarOptions,
  play,
  progressBar,
  RangeSlider,
  type RangeSliderOptions,
  rangeSlider,
  Slider,
  type SliderOptions,
  slider,
} from './numbers';
export {
  type Choices,
  dropdown,
  MultipleSelection,
  type MultipleSelectionOptions,
  radioButtons,
  Selection,
  type SelectionOptions,
  select,
  selectMultiple,
  toggleButtons,
} from './selections';
export { html, label, password, Text, type TextOptions, text, textArea } from './texts';
export {
  type Change,
  type ChangeListener,
  Control,
  type ControlOptions,
  ValueControl,
  type ValueOptions,
  Widget,
  type WidgetOptions,
} from './widget';
