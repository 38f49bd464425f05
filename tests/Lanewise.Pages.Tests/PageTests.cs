using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Lanewise.Pages.Tests;

/// <summary>What holds for every page, seen with a browser: nothing is missing or from elsewhere, it fits, and anybody can use it.</summary>
public sealed class PageTests(Browser browser, MadePages pages)
{
    private const int Wide = 1200, Narrow = 380;

    private static readonly string Images = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "screenshots")).FullName;

    public static TheoryData<string> Names => MadePages.Names;

    public static TheoryData<string, int, ColorScheme> Views => [..
        from row in Names
        from view in ((int, ColorScheme)[])[(Wide, ColorScheme.Light), (Narrow, ColorScheme.Dark)]
        select (row.Data, view.Item1, view.Item2)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task It_needs_nothing_from_elsewhere_and_every_image_is_there(string name)
    {
        var page = await browser.OpenAsync(Wide, ColorScheme.Light);
        var complaints = new List<string>();
        page.Console += (_, message) => complaints.Add($"{message.Type}: {message.Text}");
        page.PageError += (_, error) => complaints.Add(error);
        page.RequestFailed += (_, request) => complaints.Add($"failed: {request.Url}");
        var asked = new List<string>();
        page.Request += (_, request) => asked.Add(request.Url);
        string address = await ShowAsync(page, name);
        Assert.Equal("", string.Join('\n', complaints));
        Assert.Equal([address], asked.Where(url => !url.StartsWith("data:", StringComparison.Ordinal)));
        Assert.Empty(await page.EvaluateAsync<string[]>("() => [...document.images].filter(i => !i.complete || i.naturalWidth === 0).map(i => i.alt)"));
    }

    [Theory]
    [MemberData(nameof(Views))]
    public async Task It_fits_the_window_and_axe_has_no_complaint(string name, int width, ColorScheme scheme)
    {
        var page = await browser.OpenAsync(width, scheme);
        await ShowAsync(page, name);
        await ScreenshotAsync(page, $"{name} {width} {scheme}");
        Assert.InRange(await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"), 1, width);
        var found = await page.RunAxe();
        // As a text, so that a failure shows all of it.
        Assert.Equal("", string.Join('\n', found.Violations.Select(v => $"{v.Id} ({v.Impact}): {v.Help}: {string.Join(", ", v.Nodes.Select(node => node.Html))}")));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_tab_key_reaches_every_link_and_all_that_scrolls(string name)
    {
        var page = await browser.OpenAsync(Narrow, ColorScheme.Light);
        await ShowAsync(page, name);
        int wanted = await page.EvaluateAsync<int>(
            """
            () => {
              const all = [...document.querySelectorAll('a, summary, .scroll, .chart')].filter(e => e.checkVisibility({ contentVisibilityAuto: true }));
              all.forEach((e, i) => e.dataset.stop = i);
              return all.length;
            }
            """);
        var reached = new List<string>();
        for (int i = 0; i < wanted; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            reached.Add(await page.EvaluateAsync<string>("() => document.activeElement.dataset.stop ?? document.activeElement.outerHTML.slice(0, 80)"));
        }

        // In the order in which they stand: the first is the link past the contents.
        Assert.Equal(Enumerable.Range(0, wanted).Select(i => $"{i}"), reached);
        Assert.Equal("skip", await page.EvaluateAsync<string>("() => document.querySelector('[data-stop=\"0\"]').className"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task In_print_all_that_is_folded_is_open(string name)
    {
        var page = await browser.OpenAsync(Wide, ColorScheme.Light);
        await ShowAsync(page, name);
        const string Folded = "() => [...document.querySelectorAll('details > :not(summary)')].filter(e => !e.checkVisibility({ contentVisibilityAuto: true }) || e.getBoundingClientRect().height === 0).length";
        // A page without anything folded passes; those with charts have figures folded behind them.
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
