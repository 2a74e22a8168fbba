/**
 * Controls in a notebook, driven from TypeScript: sliders, lists, buttons, boxes, live figures. They are those of
 * ipywidgets and anywidget, whose front ends ship with JupyterLab's widget extensions; in a plain script they work in memory
 * and print as text.
 */
export { type AnyWidget, type AnyWidgetOptions, anyWidget } from './anyWidget';
export { accordion, type Box, type BoxOptions, gridBox, hbox, type TitledBox, tabs, vbox } from './boxes';
export {
  type Button,
  type ButtonOptions,
  type ButtonStyle,
  button,
  checkbox,
  type Toggle,
  type ToggleOptions,
  toggleButton,
} from './buttons';
export { type Draw, type Interaction, interact, type Source, type ValuesOf } from './interact';
export type { Layout, LayoutOptions } from './layout';
export { jsLink, type Link, type LinkOptions } from './links';
export { type FigurePoint, type LiveFigure, liveFigure } from './liveFigure';
export type { Model, Origin } from './model';
export {
  type NumberControl,
  type NumberInput,
  type NumberInputOptions,
  numberInput,
  type Play,
  type PlayOptions,
  type ProgressBarOptions,
  type ProgressWidget,
  play,
  progressBar,
} from './numbers';
export { type Output, type OutputOptions, output } from './output';
export {
  type Choices,
  dropdown,
  type MultipleSelection,
  type MultipleSelectionOptions,
  radioButtons,
  type Selection,
  type SelectionOptions,
  select,
  selectMultiple,
  toggleButtons,
} from './selections';
export {
  type RangeSlider,
  type RangeSliderOptions,
  rangeSlider,
  type Slider,
  type SliderOptions,
  slider,
} from './sliders';
export { html, label, password, type Text, type TextOptions, text, textArea } from './texts';
export type {
  Change,
  ChangeListener,
  Control,
  ControlOptions,
  ValueControl,
  ValueOptions,
  Widget,
  WidgetOptions,
} from './widget';
