namespace Lanewise.Workflows;

/// <summary>Asks a person whether the licence of weights is accepted.</summary>
/// <param name="entry">The weights.</param>
/// <param name="cancellationToken">Stops asking.</param>
public delegate Task<bool> LicenseConsent(PretrainedEntry entry, CancellationToken cancellationToken);

/// <summary>How pretrained weights are fetched.</summary>
public sealed record PretrainedFetchOptions
{
    /// <summary>
    /// Gets a file that was fetched by hand, the weights themselves or the NuGet package that holds them; null to fetch from the source.
    /// </summary>
    public string? From { get; init; }

    /// <summary>Gets what asks for the acceptance of a licence; null to refuse weights whose publisher asks for it.</summary>
    public LicenseConsent? Consent { get; init; }

    /// <summary>Gets what receives the progress of a download.</summary>
    public IProgress<FetchProgress>? Progress { get; init; }

    /// <summary>Gets what receives a line before work that takes long and shows no progress.</summary>
    public IProgress<string>? Notices { get; init; }

    /// <summary>Gets the timeout for a server's response. Default: 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets the .NET SDK's command, which downloads packages; for tests.</summary>
    internal string Dotnet { get; init; } = "dotnet";

    /// <summary>Gets the folder of the address to download from; null for that of the weights. For tests.</summary>
    internal Uri? Mirror { get; init; }
}
