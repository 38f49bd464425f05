using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Lanewise.Pages.Tests.Browser))]

namespace Lanewise.Pages.Tests;

/// <summary>The Chromium that is installed, without a window; none is downloaded. <c>LANEWISE_CHROMIUM</c> names another than the usual one.</summary>
public sealed class Browser : IAsyncLifetime
{
    private const string Variable = "LANEWISE_CHROMIUM";

    private static readonly string[] UsualPlaces = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private static readonly string[] Arguments =
        ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    private IPlaywright? _playwright;
    private IBrowser? _chromium;

    public async ValueTask InitializeAsync()
    {
        string? program = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? named : UsualPlaces.FirstOrDefault(File.Exists);
        if (program is not null)
        {
            _playwright = await Playwright.CreateAsync();
            _chromium = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = program, Args = Arguments });
        }
    }

    /// <summary>A window of that size that sees no network. Without Chromium the test is skipped.</summary>
    public async Task<IPage> OpenAsync(int width, ColorScheme scheme)
    {
        Assert.SkipWhen(_chromium is null, $"there is no Chromium at {string.Join(", ", UsualPlaces)}; install it, or name it with {Variable}");
        var context = await _chromium.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = 900 }, ColorScheme = scheme, Offline = true });
        return await context.NewPageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_chromium is not null)
        {
            await _chromium.DisposeAsync();
        }

        _playwright?.Dispose();
    }
}
