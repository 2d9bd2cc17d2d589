using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Marketplace.Kernel;

namespace Marketplace.Verification.Comparing;

/// <summary>Why a calibration's text is not read, in order of precedence.</summary>
public enum CalibrationReadRejection : byte
{
    /// <summary>It is no JSON, or members are missing, unknown or of another kind.</summary>
    NotARecord = 1,

    /// <summary>It is of a format that this version does not know.</summary>
    UnknownFormat,

    /// <summary>Its hash is not that of its content.</summary>
    WrongHash,

    /// <summary>Its numbers cannot be those of a calibration.</summary>
    Impossible,
}

/// <summary>
/// A calibration as a file: canonical JSON (RFC 8785) with a format number and the Keccak-256 of the rest. It does
/// not say whether it is certified: that follows from its numbers, each time it is read.
/// </summary>
public static class CalibrationRecord
{
    private const int Format = 1;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    public static Hash32 HashOf(Calibration calibration) => HashOf(RowOf(calibration));

    public static string Write(Calibration calibration)
    {
        var row = RowOf(calibration);
        return Canonical(new FileRow(row, Format, HashOf(row)));
    }

    public static Result<Calibration, CalibrationReadRejection> Read(string text)
    {
        if (TryRead(text) is not { } file)
        {
            return CalibrationReadRejection.NotARecord;
        }

        if (file.Format != Format)
        {
            return CalibrationReadRejection.UnknownFormat;
        }

        if (file.Hash != HashOf(file.Calibration))
        {
            return CalibrationReadRejection.WrongHash;
        }

        return IsPossible(file.Calibration)
            ? CalibrationOf(file.Calibration)
            : CalibrationReadRejection.Impossible;
    }

    private static FileRow? TryRead(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<FileRow>(text, Options) is { Calibration: not null } row ? row : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool IsPossible(CalibrationRow row) => Band.IsPossible(row.OkUpTo, row.BadFrom)
        && row.Blocks >= 0 && row.Trials > 0 && row.FalseAlarms >= 0 && row.FalseAlarms <= row.Trials;

    private static Calibration CalibrationOf(CalibrationRow row) => new(
        row.Statistic,
        row.Output,
        new ClassPair(row.PrimaryClass, row.CheckerClass),
        new Band(row.OkUpTo, row.BadFrom),
        row.Blocks,
        row.Trials,
        row.FalseAlarms);

    private static CalibrationRow RowOf(Calibration calibration) => new(
        calibration.Statistic,
        calibration.Output,
        calibration.Pair.Primary,
        calibration.Pair.Checker,
        calibration.Band.OkUpTo,
        calibration.Band.BadFrom,
        calibration.Blocks,
        calibration.Trials,
        calibration.FalseAlarms);

    private static Hash32 HashOf(CalibrationRow row) => Keccak256.Hash(Canonical(row));

    private static string Canonical<T>(T value)
    {
        var text = CanonicalJson.TryWrite(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(value, Options)));
        Invariant.Holds(text is not null, "What the serializer writes is JSON.");
        return text;
    }

    private sealed record FileRow(CalibrationRow Calibration, int Format, Hash32 Hash);

    /// <param name="OkUpTo">Billionths of the statistic's unit.</param>
    private sealed record CalibrationRow(
        Statistic Statistic,
        OutputType Output,
        Hash32 PrimaryClass,
        Hash32 CheckerClass,
        long OkUpTo,
        long BadFrom,
        int Blocks,
        int Trials,
        int FalseAlarms);
}
