using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Lanewise.Pages.Tests.Browser))]

namespace Lanewise.Pages.Tests;

/// <summary>Runs the installed Chromium headless; none is downloaded.</summary>
/// <remarks>The environment variable <c>LANEWISE_CHROMIUM</c> overrides the path of the executable.</remarks>
public sealed class Browser : IAsyncLifetime
{
    private const string Variable = "LANEWISE_CHROMIUM";

    private static readonly string[] DefaultPaths = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
    ];

    private IPlaywright? _playwright;
    private IBrowser? _chromium;

    public async ValueTask InitializeAsync()
    {
        string? path = Environment.GetEnvironmentVariable(Variable);
        path = string.IsNullOrEmpty(path) ? DefaultPaths.FirstOrDefault(File.Exists) : path;
        if (path is not null)
        {
            _playwright = await Playwright.CreateAsync();
            _chromium = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = path, Args = Arguments });
        }
    }

    /// <summary>Opens a window, offline unless it is said otherwise. Without Chromium the test is skipped.</summary>
    public async Task<IPage> OpenAsync(int width, ColorScheme scheme, bool isOffline = true)
    {
        Assert.SkipWhen(_chromium is null, $"no Chromium at {string.Join(", ", DefaultPaths)}; install it, or set {Variable} to its path");
        var context = await _chromium.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = 900 },
            ColorScheme = scheme,
            Offline = isOffline,
        });
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
