namespace Lanewise;

/// <summary>What is done to an image on its way to the network's input, in words.</summary>
internal sealed class ImageSteps
{
    private readonly List<string> _steps = [];

    /// <summary>What is to be said of the image; null if there is nothing.</summary>
    public string? Notice { get; set; }

    public void Add(string step) => _steps.Add(step);

    public override string ToString() => string.Join("; ", _steps);
}
