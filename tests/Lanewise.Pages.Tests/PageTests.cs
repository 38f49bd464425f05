using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Lanewise.Pages.Tests;

/// <summary>Tests every page in a browser: it is self-contained, fits the window and is accessible.</summary>
public sealed class PageTests(Browser browser, GeneratedPages pages)
{
    private const int Wide = 1200, Narrow = 380;

    private static readonly string Images = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "screenshots")).FullName;

    public static TheoryData<string> Names => GeneratedPages.Names;

    public static TheoryData<string, int, ColorScheme> Views => [..
        from row in Names
        from view in ((int, ColorScheme)[])[(Wide, ColorScheme.Light), (Narrow, ColorScheme.Dark)]
        select (row.Data, view.Item1, view.Item2)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_page_is_self_contained_and_every_image_loads(string name)
    {
        var page = await browser.OpenAsync(Wide, ColorScheme.Light);
        var problems = new List<string>();
        page.Console += (_, message) => problems.Add($"{message.Type}: {message.Text}");
        page.PageError += (_, error) => problems.Add(error);
        page.RequestFailed += (_, request) => problems.Add($"failed: {request.Url}");
        var requested = new List<string>();
        page.Request += (_, request) => requested.Add(request.Url);
        string address = await ShowAsync(page, name);
        Assert.Equal("", string.Join('\n', problems));
        Assert.Equal([address], requested.Where(url => !url.StartsWith("data:", StringComparison.Ordinal)));
        const string Broken = "() => [...document.images].filter(i => !i.complete || i.naturalWidth === 0).map(i => i.alt)";
        Assert.Empty(await page.EvaluateAsync<string[]>(Broken));
    }

    [Theory]
    [MemberData(nameof(Views))]
    public async Task A_page_fits_the_window_and_passes_axe(string name, int width, ColorScheme scheme)
    {
        var page = await browser.OpenAsync(width, scheme);
        await ShowAsync(page, name);
        await ScreenshotAsync(page, $"{name} {width} {scheme}");
        Assert.InRange(await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"), 1, width);
        var result = await page.RunAxe();
        var violations = result.Violations.Select(v => $"{v.Id} ({v.Impact}): {v.Help}: {string.Join(", ", v.Nodes.Select(n => n.Html))}");
        // As one string, so that a failure shows all of them.
        Assert.Equal("", string.Join('\n', violations));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_tab_key_reaches_every_link_and_scrollable_region(string name)
    {
        var page = await browser.OpenAsync(Narrow, ColorScheme.Light);
        await ShowAsync(page, name);
        int wanted = await page.EvaluateAsync<int>(
            """
            () => {
              const all = [...document.querySelectorAll('a, summary, .scroll, .chart')]
                .filter(e => e.checkVisibility({ contentVisibilityAuto: true }));
              all.forEach((e, i) => e.dataset.stop = i);
              return all.length;
            }
            """);
        const string Focused = "() => document.activeElement.dataset.stop ?? document.activeElement.outerHTML.slice(0, 80)";
        var reached = new List<string>();
        for (int i = 0; i < wanted; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            reached.Add(await page.EvaluateAsync<string>(Focused));
        }

        // In document order: the first is the link that skips the table of contents.
        Assert.Equal(Enumerable.Range(0, wanted).Select(i => $"{i}"), reached);
        Assert.Equal("skip", await page.EvaluateAsync<string>("() => document.querySelector('[data-stop=\"0\"]').className"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Folded_content_is_open_in_print(string name)
    {
        var page = await browser.OpenAsync(Wide, ColorScheme.Light);
        await ShowAsync(page, name);
        const string Folded =
            """
            () => [...document.querySelectorAll('details > :not(summary)')]
              .filter(e => !e.checkVisibility({ contentVisibilityAuto: true }) || e.getBoundingClientRect().height === 0).length
            """;
        // Not every page has folded content; the reports have the data of their charts.
        Assert.Equal(await page.Locator("details").CountAsync() > 0, await page.EvaluateAsync<int>(Folded) > 0);
        Assert.True(await page.Locator("details").CountAsync() > 0 || !name.StartsWith("report", StringComparison.Ordinal));
        await page.EmulateMediaAsync(new() { Media = Media.Print });
        await ScreenshotAsync(page, $"{name} in print");
        Assert.Equal(0, await page.EvaluateAsync<int>(Folded));
        Assert.False(await page.EvaluateAsync<bool>("() => document.querySelector('nav').checkVisibility()"));
    }

    private static Task<byte[]> ScreenshotAsync(IPage page, string title) =>
        page.ScreenshotAsync(new() { Path = Path.Combine(Images, title.Replace(' ', '-') + ".png"), FullPage = true });

    private async Task<string> ShowAsync(IPage page, string name)
    {
        string address = new Uri(await pages.FileAsync(name)).AbsoluteUri;
        await page.GotoAsync(address);
        return address;
    }
}
