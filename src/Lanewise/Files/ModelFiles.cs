using Lanewise.Files;

namespace Lanewise;

/// <summary>Saves and loads weights and trained models.</summary>
public static class ModelFiles
{
    /// <summary>
    /// Saves the trainer's current weights as a model: a safetensors file that describes its network, its classes and its
    /// <see cref="ImageTransform"/>, so that <c>ImageClassifier.Load</c> needs nothing else.
    /// </summary>
    /// <param name="trainer">The trainer.</param>
    /// <param name="path">The file to create or replace, for example <c>shapes.safetensors</c>.</param>
    /// <exception cref="InvalidOperationException">The trainer has not trained: it does not know the classes yet.</exception>
    /// <exception cref="FileAccessException">The file cannot be written.</exception>
    public static void Save(this Trainer trainer, string path)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        var data = trainer.Data ?? throw new InvalidOperationException(
            "The trainer has not trained yet, so the classes and the transform are not known; train first, or save trainer.GetWeights().");
        var network = trainer.Network;
        ModelFile.Save(path, trainer.GetWeights(), new ModelCard(network.Name, data.Classes, data.Transform, data.Dataset, network));
    }

    /// <summary>Saves weights as a safetensors file, without a description of the model.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="path">The file to create or replace.</param>
    /// <exception cref="FileAccessException">The file cannot be written.</exception>
    public static void Save(this Weights weights, string path)
    {
        ArgumentNullException.ThrowIfNull(weights);
        Safetensors.Write(path, weights.Tensors);
    }

    /// <summary>Reads a network's weights from a safetensors or PyTorch file, by the names of its parameters.</summary>
    /// <param name="network">The network.</param>
    /// <param name="path">The file, or a run folder, of which the set of weights is read that its <c>args.json</c> names.</param>
    /// <param name="strict">
    /// Whether every parameter must be in the file. False, for fine-tuning: a classifier of another number of classes, and auxiliary
    /// classifiers that the file lacks, are re-initialized.
    /// </param>
    /// <param name="seed">The seed of what is re-initialized.</param>
    /// <returns>The weights, in the network's order.</returns>
    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    /// <exception cref="ModelFormatException">
    /// The file is not a weights file, is a training checkpoint, or its parameters are not those of the network.
    /// </exception>
    public static Weights LoadWeights(this Network network, string path, bool strict = true, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(network);
        string name = ModelFile.Find(path).Path;
        var file = WeightsFile.Read(name);
        Checkpoint.ThrowIfCheckpoint(file.Metadata, name);
        var tensors = file.For(network, name).Tensors;
        return strict ? Weights.Match(network, tensors, name) : Weights.Adapt(network, tensors, name, seed).Weights;
    }
}
