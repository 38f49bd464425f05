using Lanewise.Files;
using Lanewise.Onnx.Export;

namespace Lanewise.Onnx.Files;

/// <summary>Compares a written file, as it is read back, with the network that was written.</summary>
internal static class ExportCheck
{
    private const int Images = 2;

    /// <summary>Returns the largest difference of outputs on random images, relative to the largest output.</summary>
    public static double Difference(string path, ModelFile model, OnnxExportOptions options)
    {
        // Pixels are prepared as the graph says, not as the card does.
        var read = OnnxFile.Read(path, new OnnxReadOptions
        {
            KeepsSoftmax = model.Network.Output.Op is Softmax or LogSoftmax,
            IgnoresCard = options.Input == OnnxInput.UInt8,
        });
        int pixels = model.Network.Input.Count;
        float[] first = new float[Images * pixels], second = new float[Images * pixels];
        var random = new Random(1);
        if (options.Input == OnnxInput.UInt8)
        {
            byte[] bytes = new byte[pixels];
            for (int i = 0; i < Images; i++)
            {
                random.NextBytes(bytes);
                model.Card.Transform!.Normalize(bytes, first.AsSpan(i * pixels, pixels));
                read.Transform!.Normalize(bytes, second.AsSpan(i * pixels, pixels));
            }
        }
        else
        {
            for (int i = 0; i < first.Length; i++)
            {
                first[i] = second[i] = random.NextSingle() * 2 - 1;
            }
        }

        float[] expected = Run(model.Network, model.Weights, first), actual = Run(read.Network, read.Weights, second);
        float scale = (float)(1 / ModelExport.FoldedTemperature(model, options));
        expected = Array.ConvertAll(expected, output => output * scale);
        double largest = Math.Max(expected.Max(Math.Abs), float.Epsilon);
        return expected.Zip(actual, (a, b) => Math.Abs((double)a - b)).Max() / largest;
    }

    private static float[] Run(Network network, Weights weights, float[] images)
    {
        using var compiled = CompiledModel.Compile(network, weights, new InferenceOptions { BatchSize = Images });
        using var session = compiled.CreateSession();
        float[] outputs = new float[Images * network.OutputCount];
        session.Infer(images, outputs);
        return outputs;
    }
}
