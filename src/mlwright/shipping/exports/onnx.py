"""One ONNX graph, from the inputs to the scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mlwright.core.errors import ExportRefused
from mlwright.records.bundle import Manifest
from mlwright.shipping.exports import ExportForm, Files, Value
from mlwright.shipping.exports import _graph as op
from mlwright.shipping.exports._graph import Array, Node
from mlwright.shipping.exports._inputs import Input, NameInput, NumberInput
from mlwright.shipping.exports._onnx_trees import attributes, first_output, proto, tree_of
from mlwright.shipping.exports._program import Program

if TYPE_CHECKING:
    from onnx import NodeProto

FILE = "model.onnx"
ML = "ai.onnx.ml"
OPSETS = {"": 17, ML: 5}
IR_VERSION = 10
UNARY = {"floor": "Floor", "exp": "Exp", "log": "Log"}
BINARY = {"+": "Add", "-": "Sub", "*": "Mul", "/": "Div", "<": "Less", "<=": "LessOrEqual"}
MISSING_NAME = ""
OUTPUTS = ("scores", "answer")


class Onnx(ExportForm):
    """A graph for every runtime of ONNX that knows operator set 17 and, for trees, set 5 of ``ai.onnx.ml``.

    Each input column is an input of shape (n_rows, 1): double for numbers (NaN if missing) and for dates (seconds
    since 1970), string for names (empty if missing). The output ``scores`` has shape (n_rows, n_scores), the output
    ``answer`` holds the place of the class, or the number; the classes are in the metadata.
    """

    title = "ONNX"

    def write(self, program: Program, manifest: Manifest) -> Files:
        """``model.onnx``."""
        import onnx

        for name in OUTPUTS:
            if any(given.name == name for given in program.inputs):
                raise ExportRefused(
                    f"A column is called {name!r}, as an output of the graph is, and ONNX takes each name once.",
                    "Give the column another name before training.",
                )
        model = _Graph(program).model()
        onnx.checker.check_model(model)
        return {FILE: model.SerializeToString(deterministic=True)}

    def run(
        self, files: Mapping[str, bytes], program: Program, manifest: Manifest, rows: Sequence[Mapping[str, Value]]
    ) -> Array:
        """Run the graph in ONNX Runtime."""
        session = session_of(files[FILE])
        feeds = {given.name: _column(given, [row[given.name] for row in rows]) for given in program.inputs}
        scores, answer = session.run(["scores", "answer"], feeds)
        found: Array = np.column_stack([scores, answer]) if program.is_decided else scores
        return found


def session_of(data: bytes) -> Any:
    """A session of ONNX Runtime on one thread."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def _column(given: Input, values: list[Value]) -> NDArray[Any]:
    if isinstance(given, NameInput):
        return np.array([[MISSING_NAME if value is None else value] for value in values], dtype=object)
    return np.array(values, dtype=np.float64)[:, None]


class _Graph:
    """The operations of a program as nodes of ONNX."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._nodes: list[NodeProto] = []
        self._tensors: dict[str, NDArray[Any]] = {}
        self._names: dict[int, str] = {}
        self._n_made = 0
        self._mark = ":"
        while any(given.name.startswith(self._mark) for given in program.inputs):
            self._mark += ":"
        for node in program.in_order():
            self._names[id(node)] = self._write(node)

    def model(self) -> Any:
        """The whole model."""
        from onnx import TensorProto, helper, numpy_helper

        results = self._spread()
        self._nodes.append(helper.make_node("Identity", [self._scores(results)], ["scores"]))
        self._answer(results)
        kinds = {True: TensorProto.STRING, False: TensorProto.DOUBLE}
        inputs = [
            helper.make_tensor_value_info(given.name, kinds[isinstance(given, NameInput)], [None, 1])
            for given in self._program.inputs
        ]
        outputs = [
            helper.make_tensor_value_info("scores", TensorProto.DOUBLE, [None, self._program.n_scores]),
            helper.make_tensor_value_info("answer", TensorProto.DOUBLE, [None]),
        ]
        tensors = [numpy_helper.from_array(values, name) for name, values in self._tensors.items()]
        graph = helper.make_graph(self._nodes, self._program.name or "model", inputs, outputs, tensors)
        opsets = [helper.make_opsetid(domain, number) for domain, number in OPSETS.items()]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="mlwright")
        helper.set_model_props(model, self._facts())
        return model

    def _facts(self) -> dict[str, str]:
        import json

        program = self._program
        facts = {"bundle_id": program.bundle_id, "target": program.target, "classes": json.dumps(program.classes)}
        return facts | ({} if program.threshold is None else {"threshold": repr(program.threshold)})

    def _spread(self) -> str:
        """The scores for every row, even if they depend on no input."""
        scores = self._names[id(self._program.scores)]
        if not self._program.inputs:
            return scores
        zero = self._op("Mul", [self._zeros(), self._tensor(np.zeros(1))])
        return self._op("Add", [scores, zero])

    def _zeros(self) -> str:
        """A zero for each row."""
        name = self._program.inputs[0].name
        shape = self._op("Shape", [name])
        return self._op("ConstantOfShape", [shape], value=proto(np.zeros(1)))

    def _scores(self, results: str) -> str:
        if not self._program.is_decided:
            return results
        return self._op("Gather", [results, self._tensor(np.arange(self._program.n_scores))], axis=1)

    def _answer(self, results: str) -> None:
        from onnx import helper

        program = self._program
        if not program.classes:
            found = self._op("Squeeze", ["scores", self._tensor(np.array([1]))])
        elif program.is_decided:
            found = self._op("Gather", [results, self._tensor(np.array(program.n_scores))], axis=1)
        elif len(program.classes) == 2:
            second = self._op("Gather", ["scores", self._tensor(np.array(1))], axis=1)
            threshold = self._tensor(np.array(0.5 if program.threshold is None else program.threshold))
            found = self._as_double(self._op("GreaterOrEqual", [second, threshold]))
        else:
            found = self._as_double(self._op("ArgMax", ["scores"], axis=1, keepdims=0))
        self._nodes.append(helper.make_node("Identity", [found], ["answer"]))

    def _op(self, kind: str, inputs: Sequence[str], domain: str = "", **attributes: Any) -> str:
        from onnx import helper

        self._n_made += 1
        name = f"{self._mark}{self._n_made}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], domain=domain, **attributes))
        return name

    def _tensor(self, values: NDArray[Any]) -> str:
        self._n_made += 1
        name = f"{self._mark}t{self._n_made}"
        self._tensors[name] = values
        return name

    def _as_double(self, name: str) -> str:
        from onnx import TensorProto

        return self._op("Cast", [name], to=TensorProto.DOUBLE)

    def _write(self, node: Node) -> str:
        writers: dict[type, Callable[[Any], str]] = {
            op.Read: self._read,
            op.Const: lambda node: self._tensor(node.values[None, :]),
            op.Join: self._join,
            op.Take: lambda node: self._op("Gather", [self._of(node.of), self._tensor(np.array(node.places))], axis=1),
            op.Unary: self._unary,
            op.Missing: lambda node: self._as_double(self._op("IsNaN", [self._of(node.of)])),
            op.Binary: self._binary,
            op.Clip: self._clip,
            op.Choose: self._choose,
            op.Lookup: self._lookup,
            op.Product: lambda node: self._op("MatMul", [self._of(node.of), self._tensor(node.weights)]),
            op.Fold: self._fold,
            op.Forest: self._forest,
        }
        return writers[type(node)](node)

    def _of(self, node: Node) -> str:
        return self._names[id(node)]

    def _read(self, node: op.Read) -> str:
        given = node.input
        if isinstance(given, NameInput):
            codes = {MISSING_NAME: -1, **given.codes}
            keys, values = list(codes), list(codes.values())
            found = self._op(
                "LabelEncoder", [given.name], ML, keys_strings=keys, values_int64s=values, default_int64=given.unseen
            )
            return self._as_double(found)
        if not isinstance(given, NumberInput):
            return given.name
        largest = self._tensor(np.array(np.finfo(np.float64).max))
        odd = self._op("Greater", [self._op("Abs", [given.name]), largest])
        for value in given.missing:
            odd = self._op("Or", [odd, self._op("Equal", [given.name, self._tensor(np.array(value))])])
        return self._op("Where", [odd, self._tensor(np.array(np.nan)), given.name])

    def _join(self, node: op.Join) -> str:
        """Parts side by side; a constant part is stretched over the rows by the others."""
        parts = [part for part in node.parts if part.width]
        if not parts:
            return self._op("Gather", [self._zeros(), self._tensor(np.zeros(0, dtype=np.int64))], axis=1)
        if any(isinstance(part, op.Const) for part in parts) and self._program.inputs:
            zeros = self._zeros()
            return self._op("Concat", [self._op("Add", [self._of(part), zeros]) for part in parts], axis=1)
        return self._op("Concat", [self._of(part) for part in parts], axis=1)

    def _unary(self, node: op.Unary) -> str:
        from onnx import TensorProto

        if node.name == "single":
            return self._as_double(self._op("Cast", [self._of(node.of)], to=TensorProto.FLOAT))
        return self._op(UNARY[node.name], [self._of(node.of)])

    def _binary(self, node: op.Binary) -> str:
        left, right = self._of(node.left), self._of(node.right)
        found = self._op(BINARY[node.name], [left, right])
        if node.name in ("<", "<="):
            return self._as_double(found)
        if node.name == "/":
            by_zero = self._op("Equal", [right, self._tensor(np.array(0.0))])
            return self._op("Where", [by_zero, self._tensor(np.array(np.nan)), found])
        return found

    def _clip(self, node: op.Clip) -> str:
        of, low, high = self._of(node.of), self._tensor(node.low[None, :]), self._tensor(node.high[None, :])
        raised = self._op("Where", [self._op("Less", [of, low]), low, of])
        return self._op("Where", [self._op("Greater", [raised, high]), high, raised])

    def _choose(self, node: op.Choose) -> str:
        zero = self._op("Equal", [self._of(node.condition), self._tensor(np.array(0.0))])
        return self._op("Where", [zero, self._of(node.no), self._of(node.yes)])

    def _lookup(self, node: op.Lookup) -> str:
        from onnx import TensorProto

        index = self._op("Cast", [self._of(node.index)], to=TensorProto.INT64)
        flat = self._op("Squeeze", [index, self._tensor(np.array([1]))])
        return self._op("Gather", [self._tensor(node.table), flat], axis=0)

    def _fold(self, node: op.Fold) -> str:
        if node.name == "largest":
            return self._op("ReduceMax", [self._of(node.of)], axes=[1], keepdims=1)
        return self._op("ReduceSum", [self._of(node.of), self._tensor(np.array([1]))], keepdims=1)

    def _forest(self, node: op.Forest) -> str:
        """The sums of the leaves; where leaves answer several numbers, trees yield places in a table of them."""
        from onnx import TensorProto

        trees, features = node.trees, self._of(node.features)
        if trees.values.shape[1] == 1:
            first = first_output(trees)
            return self._op("TreeEnsemble", [features], ML, **attributes(trees, trees.values[:, 0], first, node.width))
        leaves = np.flatnonzero(trees.feature < 0)
        place = np.zeros(len(trees.feature))
        place[leaves] = np.arange(len(leaves))
        of_tree, n_trees = tree_of(trees), len(trees.roots)
        places = self._op("TreeEnsemble", [features], ML, **attributes(trees, place, of_tree, n_trees))
        whole = self._op("Cast", [places], to=TensorProto.INT64)
        answers = self._op("Gather", [self._tensor(trees.values[leaves]), whole], axis=0)
        return self._op("ReduceSum", [answers, self._tensor(np.array([1]))], keepdims=0)
