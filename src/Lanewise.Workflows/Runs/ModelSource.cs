using Lanewise.Files;

namespace Lanewise.Workflows;

/// <summary>What a user names as a trained model: a run folder, a weights file, or pretrained weights by their name.</summary>
/// <param name="Path">The weights file.</param>
/// <param name="Entry">The pretrained weights; null for a run folder or a file.</param>
internal sealed record ModelSource(string Path, PretrainedEntry? Entry)
{
    /// <summary>Gets which set of a run's weights was taken, where that is to be said; null otherwise.</summary>
    public string? Notice { get; private init; }

    /// <summary>Finds the file. An existing path comes before a name.</summary>
    /// <param name="word">The run folder, file or name.</param>
    /// <param name="use">The set of a run's weights; null for the one that answers.</param>
    /// <param name="store">Where pretrained weights are searched; null for the default folders.</param>
    /// <exception cref="PretrainedException">The pretrained weights were not fetched, or the file is damaged.</exception>
    /// <exception cref="UnknownNameException">There is no such path, and the word is nearly a name.</exception>
    /// <exception cref="LanewiseException">The run folder has no weights, or not that set.</exception>
    public static ModelSource Resolve(string word, RunWeights? use = null, PretrainedStore? store = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(word);
        if (System.IO.Path.Exists(word))
        {
            var found = RunDirectory.FindWeights(word, use);
            return new(found.Path, Entry: null) { Notice = found.Notice };
        }

        if (use is RunWeights.Best or RunWeights.Ema)
        {
            throw new JobException($"{{use}} {RunWeightsFile.WordOf(use.Value)}: {word} is not a run folder; omit {{use}}.");
        }

        if (PretrainedCatalog.TryFind(word) is { } entry)
        {
            return new((store ?? new()).Open(entry).Path, entry);
        }

        bool isPath = word.AsSpan().ContainsAny("./\\");
        return isPath || NearestName.Find(word, PretrainedCatalog.Names) is not { } nearest
            ? new(word, Entry: null)
            : throw new UnknownNameException(
                "pretrained weights",
                word,
                PretrainedCatalog.Names,
                $"{word}: there is no such run folder or file, and no pretrained weights of that name; did you mean '{nearest}'?");
    }

    /// <summary>Loads the model.</summary>
    /// <param name="model">The model's name, for files that do not name it; null otherwise.</param>
    /// <param name="imageSize">The height and width of images, for ONNX files that leave them open.</param>
    /// <param name="key">The key of the set of weights in a PyTorch file with several; null for the usual one.</param>
    /// <exception cref="LanewiseException">The file cannot be read, or holds another model.</exception>
    public ModelFile Load(string? model = null, Size2d? imageSize = null, string? key = null) =>
        From(PretrainedFile.ReadTensors(Path, imageSize, Entry?.Model, key), model);

    /// <summary>
    /// Builds the model from the content of the file. The card of pretrained weights says how images are prepared for them.
    /// </summary>
    /// <inheritdoc cref="Load"/>
    public ModelFile From(WeightsFile file, string? model = null)
    {
        // A body without classifier is loaded as the network that its file describes.
        bool isBody = Entry is { Use: PretrainedUse.Body } && file.Network is not null;
        var loaded = ModelFile.From(file, Path, isBody ? null : model ?? Entry?.Model);
        loaded = Notice is null ? loaded : loaded with { Notices = [Notice, .. loaded.Notices] };
        if (Entry is { IsBuiltIn: true })
        {
            return loaded with { Card = loaded.Card with { License = Entry.License, Origin = Entry.Origin } };
        }

        return Entry is null ? loaded : loaded with
        {
            Card = loaded.Card with
            {
                Classes = isBody ? [] : loaded.Card.Classes,
                Transform = (Entry.Transform ?? ModelCatalog.Find(Entry.Model).PretrainedTransform).For(loaded.Network.Input),
                License = Entry.License,
                Origin = Entry.Origin,
            },
            HasCard = true,
        };
    }
}
