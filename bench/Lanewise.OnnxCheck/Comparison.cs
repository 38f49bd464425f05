using Lanewise.Files;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Runtime = Microsoft.ML.OnnxRuntime;

namespace Lanewise.OnnxCheck;

/// <summary>Exports a model in several ways, and compares ONNX Runtime's logits of each file with those of the model.</summary>
internal sealed class Comparison : IDisposable
{
    private readonly ModelFile _model;
    private readonly string _folder = Directory.CreateTempSubdirectory("lanewise-onnx-").FullName;

    /// <summary>Gives a model random weights.</summary>
    /// <param name="entry">The model.</param>
    public Comparison(ModelEntry entry)
    {
        var network = entry.Create(new ModelOptions());
        string[] classes = [.. Enumerable.Range(0, network.OutputCount).Select(i => $"class {i}")];
        _model = new(network, RandomWeights(network), new ModelCard(network.Name, classes, entry.Transform, network: network));
    }

    /// <summary>Gets the shape of an image.</summary>
    public Shape Input => _model.Network.Input;

    /// <summary>Returns the largest difference of the logits, divided by the largest logit.</summary>
    /// <param name="options">How the model is exported; the batch size is fixed.</param>
    public double Difference(OnnxExportOptions options)
    {
        int batch = options.BatchSize!.Value;
        byte[] pixels = new byte[batch * Input.Count];
        new Random(6).NextBytes(pixels);
        float[] images = new float[pixels.Length];
        for (int i = 0; i < batch; i++)
        {
            _model.Card.Transform!.Normalize(pixels.AsSpan(i * Input.Count, Input.Count), images.AsSpan(i * Input.Count, Input.Count));
        }

        string path = Path.Combine(_folder, "model.onnx");
        OnnxFile.Write(path, _model, options);
        float[] expected = Logits(images, batch);
        float[] actual = options.Input == OnnxInput.UInt8 ? Run(path, pixels, batch) : Run(path, images, batch);
        // A value that is not a number compares with nothing.
        double largest = expected.Max(Math.Abs), difference = expected.Zip(actual, (a, b) => Math.Abs((double)a - b)).Max() / largest;
        return actual.Length == expected.Length && largest > 0 && double.IsFinite(difference) && actual.All(float.IsFinite)
            ? difference
            : double.PositiveInfinity;
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Initializes weights at random, those of batch norm and its statistics included.</summary>
    private static Weights RandomWeights(Network network)
    {
        var random = new Random(1);
        return new(Weights.Initialize(network, seed: 3).Tensors.Select(tensor => tensor with
        {
            Values = tensor.Name.Split('.')[^1] switch
            {
                "running_mean" => Array.ConvertAll(tensor.Values, _ => random.NextSingle() * 0.2f - 0.1f),
                "running_var" => Array.ConvertAll(tensor.Values, _ => random.NextSingle() + 0.5f),
                "num_batches_tracked" => tensor.Values,
                _ => Array.ConvertAll(tensor.Values, value => value + (random.NextSingle() - 0.5f) * 0.02f),
            },
        }));
    }

    private float[] Logits(float[] images, int batch)
    {
        using var compiled = CompiledModel.Compile(_model.Network, _model.Weights, new InferenceOptions { BatchSize = batch });
        using var session = compiled.CreateSession();
        float[] logits = new float[batch * _model.Network.OutputCount];
        session.Infer(images, logits);
        return logits;
    }

    private float[] Run<T>(string path, T[] images, int batch)
    {
        using var session = new Runtime.InferenceSession(path);
        var tensor = new DenseTensor<T>(images, [batch, Input.Channels, Input.Height, Input.Width]);
        using var results = session.Run([NamedOnnxValue.CreateFromTensor("input", tensor)]);
        return [.. results[0].AsEnumerable<float>()];
    }
}
