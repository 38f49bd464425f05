using System.Globalization;
using BitMiracle.LibTiff.Classic;

namespace Lanewise.Imaging;

/// <summary>Collects what LibTiff.Net says while this thread decodes an image; by itself it prints it.</summary>
internal sealed class TiffMessages : IDisposable
{
    private const int MaxLength = 120;

    [ThreadStatic]
    private static TiffMessages? _current;

    static TiffMessages()
    {
        var handler = new Handler();
        // The handler is the library's, not a file's: a program's own is kept for what the program itself decodes.
        handler.Others = Tiff.SetErrorHandler(handler);
    }

    private TiffMessages()
    {
    }

    /// <summary>The first message, without its full stop; null if there is none.</summary>
    public string? First { get; private set; }

    /// <summary>Collects the messages of this thread until it is disposed.</summary>
    public static TiffMessages Listen() => _current = new TiffMessages();

    public void Clear() => First = null;

    public void Dispose() => _current = null;

    private void Add(string? format, object?[]? arguments)
    {
        if (First is not null || format is null)
        {
            return;
        }
        string text = format;
        try
        {
            text = string.Format(CultureInfo.InvariantCulture, format, arguments ?? []);
        }
        catch (FormatException)
        {
            // The message without its values.
        }
        char[] visible = [.. text.Where(c => !char.IsControl(c)).Take(MaxLength)];
        First = new string(visible).Trim().TrimEnd('.');
    }

    private sealed class Handler : TiffErrorHandler
    {
        public TiffErrorHandler? Others { get; set; }

        public override void ErrorHandler(Tiff tif, string method, string format, params object[] args)
        {
            if (_current is { } messages)
            {
                messages.Add(format, args);
                return;
            }
            Others?.ErrorHandler(tif, method, format, args);
        }

        public override void ErrorHandlerExt(Tiff tif, object clientData, string method, string format, params object[] args)
        {
            if (_current is null)
            {
                Others?.ErrorHandlerExt(tif, clientData, method, format, args);
            }
        }

        public override void WarningHandler(Tiff tif, string method, string format, params object[] args)
        {
            if (_current is { } messages)
            {
                messages.Add(format, args);
                return;
            }
            Others?.WarningHandler(tif, method, format, args);
        }

        public override void WarningHandlerExt(Tiff tif, object clientData, string method, string format, params object[] args)
        {
            if (_current is null)
            {
                Others?.WarningHandlerExt(tif, clientData, method, format, args);
            }
        }
    }
}
