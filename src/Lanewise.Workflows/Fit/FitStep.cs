namespace Lanewise.Workflows;

/// <summary>A training that a fit decided on.</summary>
/// <param name="Name">The name of the training, also that of its folder.</param>
/// <param name="Title">What it is, in words.</param>
/// <param name="Seconds">The time after which it is stopped.</param>
/// <param name="Epochs">The number of epochs.</param>
internal sealed record FitStep(string Name, string Title, double Seconds, int Epochs)
{
    /// <summary>The classifier on frozen pretrained layers.</summary>
    public const string LinearProbe = "linear-probe";

    /// <summary>All layers, from the weights of the linear probe.</summary>
    public const string FineTuning = "fine-tuning";

    /// <summary>A network from random weights.</summary>
    public const string FromScratch = "from-scratch";

    /// <summary>All names.</summary>
    public static readonly string[] Names = [LinearProbe, FineTuning, FromScratch];

    /// <summary>Gets the settings, for the folder in which other trainings of the fit lie.</summary>
    public required Func<FitFolder, TrainSettings> Settings { get; init; }

    /// <summary>Gets a line that says what is done and how long it may take.</summary>
    public string Notice => FormattableString.Invariant(
        $"{Title}: {Epochs} epoch{(Epochs == 1 ? "" : "s")}, within {Math.Max(1, Seconds):F0} s.");
}
