namespace Lanewise.Cli.Tests.House;

/// <summary>Blanks strings, characters and comments of C# source, so that braces and words in it are code. Line breaks stay.</summary>
internal sealed class SourceText
{
    private readonly char[] _text;
    private int _at;

    private SourceText(string source) => _text = source.ToCharArray();

    public static string Blank(string source)
    {
        var text = new SourceText(source);
        text.Code(untilBrace: false);
        return new string(text._text);
    }

    private char Peek(int ahead = 0) => _at + ahead < _text.Length ? _text[_at + ahead] : '\0';

    private void Erase(int count = 1)
    {
        for (; count > 0 && _at < _text.Length; count--, _at++)
        {
            if (_text[_at] != '\n')
            {
                _text[_at] = ' ';
            }
        }
    }

    private int Run(char c)
    {
        int count = 0;
        while (Peek(count) == c)
        {
            count++;
        }

        return count;
    }

    private void Code(bool untilBrace)
    {
        for (int depth = 0; _at < _text.Length;)
        {
            if (untilBrace && Peek() is '{' or '}' && (depth += Peek() == '{' ? 1 : -1) < 0)
            {
                return;
            }

            if (untilBrace && Peek() is '{' or '}')
            {
                Erase();
            }
            else if (!Token())
            {
                _at++;
            }
        }
    }

    /// <summary>Blanks what begins here; false where it is code.</summary>
    private bool Token()
    {
        switch (Peek())
        {
            case '/' when Peek(1) == '/':
                EraseUntil("\n");
                return true;
            case '/' when Peek(1) == '*':
                Erase(2);
                EraseUntil("*/");
                Erase(2);
                return true;
            case '\'':
                Erase(Peek(1) == '\\' ? 3 : 2);
                EraseUntil("'");
                Erase();
                return true;
            case '"' or '@' or '$':
                return Text();
            default:
                return false;
        }
    }

    private bool Text()
    {
        int start = _at, dollars = 0;
        bool isVerbatim = false;
        for (; Peek() is '@' or '$'; _at++)
        {
            dollars += Peek() == '$' ? 1 : 0;
            isVerbatim |= Peek() == '@';
        }

        if (Peek() != '"')
        {
            _at = start;
            return false;
        }

        int quotes = Run('"');
        if (quotes >= 3)
        {
            Erase(quotes);
            EraseUntil(new string('"', quotes));
            Erase(quotes);
        }
        else
        {
            Erase();
            Characters(isVerbatim, isInterpolated: dollars > 0);
        }

        return true;
    }

    private void Characters(bool isVerbatim, bool isInterpolated)
    {
        while (_at < _text.Length)
        {
            switch (Peek())
            {
                case '"' when isVerbatim && Peek(1) == '"':
                case '\\' when !isVerbatim:
                case '{' when isInterpolated && Peek(1) == '{':
                    Erase(2);
                    break;
                case '"':
                    Erase();
                    return;
                case '{' when isInterpolated:
                    Erase();
                    Code(untilBrace: true);
                    Erase();
                    break;
                default:
                    Erase();
                    break;
            }
        }
    }

    private void EraseUntil(string end)
    {
        int at = new string(_text, _at, _text.Length - _at).IndexOf(end, StringComparison.Ordinal);
        Erase(at < 0 ? _text.Length - _at : at);
    }
}
