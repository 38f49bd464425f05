"""Checks files that Lanewise writes, opsets 13 to 17, with ONNX's own checker in full mode: structure, signatures, shapes and types.

    /usr/bin/python3 tests/goldens/onnx_check.py [DLL_OF_LANEWISE_TESTS]

Needs Debian's python3-onnx (1.12). The files, of every family of the catalog at small sizes and of every op, come from OnnxCheckFiles in
the tests, which must be built. It writes nothing to the tree.
"""
import collections
import glob
import os
import subprocess
import sys
import tempfile

import onnx

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
TESTS = os.path.join(ROOT, "tests", "Lanewise.Tests", "bin", "Release", "net10.0", "Lanewise.Tests.dll")
METHOD = "Lanewise.Tests.Onnx.OnnxCheckFiles.Files_of_all_families_and_ops_are_written"


def check(path):
    model = onnx.load(path)
    onnx.checker.check_model(path, full_check=True)
    inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    stated = [[d.dim_value or d.dim_param for d in output.type.tensor_type.shape.dim] for output in model.graph.output]
    found = [[d.dim_value or d.dim_param for d in output.type.tensor_type.shape.dim] for output in inferred.graph.output]
    assert stated == found, f"the output is said to be {stated}, and is inferred to be {found}"
    return model


def main():
    tests = sys.argv[1] if len(sys.argv) == 2 else TESTS
    failures, opsets, versions, nodes = 0, collections.Counter(), collections.Counter(), collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["dotnet", tests, "-noColor", "-method", METHOD, "-explicit", "only"],
            env={**os.environ, "LANEWISE_ONNX_FILES": folder}, stdout=subprocess.DEVNULL, check=True)
        paths = sorted(glob.glob(os.path.join(folder, "*.onnx")))
        for path in paths:
            try:
                model = check(path)
            except Exception as error:  # The checker's errors have no base class of their own.
                failures += 1
                print(f"{os.path.basename(path)}: {error}")
                continue
            opsets[model.opset_import[0].version] += 1
            versions[model.ir_version] += 1
            nodes.update(node.op_type for node in model.graph.node)
    print(f"onnx {onnx.__version__}: {len(paths)} files, {failures} refused")
    print("opsets:", ", ".join(f"{opset}: {count}" for opset, count in sorted(opsets.items())))
    print("IR versions:", ", ".join(f"{version}: {count}" for version, count in sorted(versions.items())))
    print("operators:", ", ".join(f"{name} {count}" for name, count in sorted(nodes.items())))
    return 1 if failures or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
