using System.Text;

namespace Lanewise;

/// <summary>
/// Composes texts as Unicode's form NFC does: macOS stores the names of files decomposed (NFD), and a class must be the same everywhere.
/// </summary>
/// <remarks><see cref="string.Normalize()"/> does nothing where globalization is invariant, as in the tool.</remarks>
internal static class UnicodeForm
{
    // Korean syllables are composed by a formula (The Unicode Standard, section 3.12).
    private const char FirstSyllable = '\uAC00', FirstLead = '\u1100', FirstVowel = '\u1161', NoTrail = '\u11A7';
    private const int Leads = 19, Vowels = 21, Trails = 28;

    // A mark, the characters that it combines with, and what they become (UnicodeData.txt, without composition exclusions).
    private static readonly (char Mark, string Bases, string Composed)[] Compositions =
    [
        (
            '\u0300', "AEINOUWYaeinouwy\u00A8ÂÊÔÜâêôüĂăĒēŌōƠơƯưΑΕΗΙΟΥΩαεηιουωϊϋЕИеиἀἁἈ",
            "ÀÈÌǸÒÙẀỲàèìǹòùẁỳ῭ẦỀỒǛầềồǜẰằḔḕṐṑỜờỪừᾺῈῊῚῸῪῺὰὲὴὶὸὺὼῒῢЀЍѐѝἂἃἊ"),
        ('\u0300', "ἉἐἑἘἙἠἡἨἩἰἱἸἹὀὁὈὉὐὑὙὠὡὨὩ᾿῾", "ἋἒἓἚἛἢἣἪἫἲἳἺἻὂὃὊὋὒὓὛὢὣὪὫ῍῝"),
        (
            '\u0301', "ACEGIKLMNOPRSUWYZacegiklmnoprsuwyz\u00A8ÂÅÆÇÊÏÔÕØÜâåæçêïôõøüĂăĒ",
            "ÁĆÉǴÍḰĹḾŃÓṔŔŚÚẂÝŹáćéǵíḱĺḿńóṕŕśúẃýź΅ẤǺǼḈẾḮỐṌǾǗấǻǽḉếḯốṍǿǘẮắḖ"),
        (
            '\u0301', "ēŌōŨũƠơƯưΑΕΗΙΟΥΩαεηιουωϊϋϒГКгкἀἁἈἉἐἑἘἙἠἡἨἩἰἱἸἹὀὁὈὉὐὑὙὠὡὨὩ᾿",
            "ḗṒṓṸṹỚớỨứΆΈΉΊΌΎΏάέήίόύώΐΰϓЃЌѓќἄἅἌἍἔἕἜἝἤἥἬἭἴἵἼἽὄὅὌὍὔὕὝὤὥὬὭ῎"),
        ('\u0301', "῾", "῞"),
        ('\u0302', "ACEGHIJOSUWYZaceghijosuwyzẠạẸẹỌọ", "ÂĈÊĜĤÎĴÔŜÛŴŶẐâĉêĝĥîĵôŝûŵŷẑẬậỆệỘộ"),
        ('\u0303', "AEINOUVYaeinouvyÂÊÔâêôĂăƠơƯư", "ÃẼĨÑÕŨṼỸãẽĩñõũṽỹẪỄỖẫễỗẴẵỠỡỮữ"),
        ('\u0304', "AEGIOUYaegiouyÄÆÕÖÜäæõöüǪǫȦȧȮȯΑΙΥαιυИУиуḶḷṚṛ", "ĀĒḠĪŌŪȲāēḡīōūȳǞǢȬȪǕǟǣȭȫǖǬǭǠǡȰȱᾹῙῩᾱῑῡӢӮӣӯḸḹṜṝ"),
        ('\u0306', "AEGIOUaegiouȨȩΑΙΥαιυАЕЖИУаежиуẠạ", "ĂĔĞĬŎŬăĕğĭŏŭḜḝᾸῘῨᾰῐῠӐӖӁЙЎӑӗӂйўẶặ"),
        ('\u0307', "ABCDEFGHIMNOPRSTWXYZabcdefghmnoprstwxyzŚśŠšſṢṣ", "ȦḂĊḊĖḞĠḢİṀṄȮṖṘṠṪẆẊẎŻȧḃċḋėḟġḣṁṅȯṗṙṡṫẇẋẏżṤṥṦṧẛṨṩ"),
        ('\u0308', "AEHIOUWXYaehiotuwxyÕõŪūΙΥιυϒІАЕЖЗИОУЧЫЭаежзиоучыэіӘәӨө", "ÄËḦÏÖÜẄẌŸäëḧïöẗüẅẍÿṎṏṺṻΪΫϊϋϔЇӒЁӜӞӤӦӰӴӸӬӓёӝӟӥӧӱӵӹӭїӚӛӪӫ"),
        ('\u0309', "AEIOUYaeiouyÂÊÔâêôĂăƠơƯư", "ẢẺỈỎỦỶảẻỉỏủỷẨỂỔẩểổẲẳỞởỬử"),
        ('\u030A', "AUauwy", "ÅŮåůẘẙ"),
        ('\u030B', "OUouУу", "ŐŰőűӲӳ"),
        ('\u030C', "ACDEGHIKLNORSTUZacdeghijklnorstuzÜüƷ\u0292", "ǍČĎĚǦȞǏǨĽŇǑŘŠŤǓŽǎčďěǧȟǐǰǩľňǒřšťǔžǙǚǮǯ"),
        ('\u030F', "AEIORUaeioruѴѵ", "ȀȄȈȌȐȔȁȅȉȍȑȕѶѷ"),
        ('\u0311', "AEIORUaeioru", "ȂȆȊȎȒȖȃȇȋȏȓȗ"),
        ('\u0313', "ΑΕΗΙΟΩαεηιορυω", "ἈἘἨἸὈὨἀἐἠἰὀῤὐὠ"),
        ('\u0314', "ΑΕΗΙΟΡΥΩαεηιορυω", "ἉἙἩἹὉῬὙὩἁἑἡἱὁῥὑὡ"),
        ('\u031B', "OUou", "ƠƯơư"),
        ('\u0323', "ABDEHIKLMNORSTUVWYZabdehiklmnorstuvwyzƠơƯư", "ẠḄḌẸḤỊḲḶṂṆỌṚṢṬỤṾẈỴẒạḅḍẹḥịḳḷṃṇọṛṣṭụṿẉỵẓỢợỰự"),
        ('\u0324', "Uu", "Ṳṳ"),
        ('\u0325', "Aa", "Ḁḁ"),
        ('\u0326', "STst", "ȘȚșț"),
        ('\u0327', "CDEGHKLNRSTcdeghklnrst", "ÇḐȨĢḨĶĻŅŖŞŢçḑȩģḩķļņŗşţ"),
        ('\u0328', "AEIOUaeiou", "ĄĘĮǪŲąęįǫų"),
        ('\u032D', "DELNTUdelntu", "ḒḘḼṊṰṶḓḙḽṋṱṷ"),
        ('\u032E', "Hh", "Ḫḫ"),
        ('\u0330', "EIUeiu", "ḚḬṴḛḭṵ"),
        ('\u0331', "BDKLNRTZbdhklnrtz", "ḆḎḴḺṈṞṮẔḇḏẖḵḻṉṟṯẕ"),
        ('\u0342', "\u00A8αηιυωϊϋἀἁἈἉἠἡἨἩἰἱἸἹὐὑὙὠὡὨὩ᾿῾", "῁ᾶῆῖῦῶῗῧἆἇἎἏἦἧἮἯἶἷἾἿὖὗὟὦὧὮὯ῏῟"),
        (
            '\u0345', "ΑΗΩάήαηωώἀἁἂἃἄἅἆἇἈἉἊἋἌἍἎἏἠἡἢἣἤἥἦἧἨἩἪἫἬἭἮἯὠὡὢὣὤὥὦὧὨὩὪὫὬὭὮὯὰ",
            "ᾼῌῼᾴῄᾳῃῳῴᾀᾁᾂᾃᾄᾅᾆᾇᾈᾉᾊᾋᾌᾍᾎᾏᾐᾑᾒᾓᾔᾕᾖᾗᾘᾙᾚᾛᾜᾝᾞᾟᾠᾡᾢᾣᾤᾥᾦᾧᾨᾩᾪᾫᾬᾭᾮᾯᾲ"),
        ('\u0345', "ὴὼᾶῆῶ", "ῂῲᾷῇῷ"),
        ('\u0653', "\u0627", "\u0622"),
        ('\u0654', "\u0627\u0648\u064A\u06C1\u06D2\u06D5", "\u0623\u0624\u0626\u06C2\u06D3\u06C0"),
        ('\u0655', "\u0627", "\u0625"),
        ('\u093C', "\u0928\u0930\u0933", "\u0929\u0931\u0934"),
        ('\u09BE', "\u09C7", "\u09CB"),
        ('\u09D7', "\u09C7", "\u09CC"),
        ('\u0B3E', "\u0B47", "\u0B4B"),
        ('\u0B56', "\u0B47", "\u0B48"),
        ('\u0B57', "\u0B47", "\u0B4C"),
        ('\u0BBE', "\u0BC6\u0BC7", "\u0BCA\u0BCB"),
        ('\u0BD7', "\u0B92\u0BC6", "\u0B94\u0BCC"),
        ('\u0C56', "\u0C46", "\u0C48"),
        ('\u0CC2', "\u0CC6", "\u0CCA"),
        ('\u0CD5', "\u0CBF\u0CC6\u0CCA", "\u0CC0\u0CC7\u0CCB"),
        ('\u0CD6', "\u0CC6", "\u0CC8"),
        ('\u0D3E', "\u0D46\u0D47", "\u0D4A\u0D4B"),
        ('\u0D57', "\u0D46", "\u0D4C"),
        ('\u0DCA', "\u0DD9\u0DDC", "\u0DDA\u0DDD"),
        ('\u0DCF', "\u0DD9", "\u0DDC"),
        ('\u0DDF', "\u0DD9", "\u0DDE"),
        ('\u102E', "\u1025", "\u1026"),
        (
            '\u1B35', "\u1B05\u1B07\u1B09\u1B0B\u1B0D\u1B11\u1B3A\u1B3C\u1B3E\u1B3F\u1B42",
            "\u1B06\u1B08\u1B0A\u1B0C\u1B0E\u1B12\u1B3B\u1B3D\u1B40\u1B41\u1B43"),
        ('\u3099', "うかきくけこさしすせそたちつてとはひふへほゝウカキクケコサシスセソタチツテトハヒフヘホワヰヱヲヽ", "ゔがぎぐげござじずぜぞだぢづでどばびぶべぼゞヴガギグゲゴザジズゼゾダヂヅデドバビブベボヷヸヹヺヾ"),
        ('\u309A', "はひふへほハヒフヘホ", "ぱぴぷぺぽパピプペポ"),
    ];

    private static readonly Dictionary<(char Base, char Mark), char> Table = Compositions
        .SelectMany(row => row.Bases.Zip(row.Composed, (b, composed) => ((b, row.Mark), composed)))
        .ToDictionary(pair => pair.Item1, pair => pair.composed);

    /// <summary>Composes each character with the marks that follow it, which must be in canonical order, as they are in files.</summary>
    public static string Compose(string text)
    {
        if (text.All(char.IsAscii))
        {
            return text;
        }

        var composed = new StringBuilder(text.Length);
        int starter = -1;
        foreach (char c in text)
        {
            if (starter >= 0 && Compose(composed[starter], c) is { } joined)
            {
                composed[starter] = joined;
                continue;
            }

            // A mark that does not combine leaves the character before it open to the next one.
            if (!IsMark(c))
            {
                starter = composed.Length;
            }

            composed.Append(c);
        }

        return composed.ToString();
    }

    private static bool IsMark(char c) => char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.NonSpacingMark;

    private static char? Compose(char first, char second)
    {
        int lead = first - FirstLead, vowel = second - FirstVowel, syllable = first - FirstSyllable, trail = second - NoTrail;
        return lead is >= 0 and < Leads && vowel is >= 0 and < Vowels ? (char)(FirstSyllable + (lead * Vowels + vowel) * Trails)
            : syllable is >= 0 and < Leads * Vowels * Trails && syllable % Trails == 0 && trail is > 0 and < Trails
                ? (char)(first + trail)
            : Table.TryGetValue((first, second), out char composed) ? composed
            : null;
    }
}
