using System.Buffers.Binary;
using Marketplace.Kernel;
using Marketplace.Verification;

namespace Marketplace.Fleet;

/// <summary>One simulated provider: whether it cheats, and how much it has run.</summary>
/// <param name="id">Its place among all that were ever here; 0 and up.</param>
public sealed class FleetMember(int id, bool cheats)
{
    public int Id => id;

    public bool Cheats => cheats;

    /// <summary>All its executions, as a primary and as a checker: the two look alike.</summary>
    public int Runs { get; private set; }

    /// <summary>Runs a job.</summary>
    /// <param name="isRingsJob">Whether the ring cheats on this job, if there is a ring.</param>
    /// <param name="isSuspected">What an adaptive cheater knows of itself.</param>
    public Answer Run(FleetTerms terms, bool isRingsJob, bool isSuspected, SplitMix64 random)
    {
        Runs++;
        if (cheats && Runs > terms.SleepRuns && !(terms.IsAdaptive && isSuspected))
        {
            if (terms.Colludes ? isRingsJob : random.Happens(terms.CheatRate))
            {
                return terms.Colludes ? Answer.OfTheRing : Answer.OfItsOwn(id);
            }
        }

        return IsMisread(terms.Noise, random) ? Answer.OfItsOwn(id) : Answer.Right;
    }

    private static bool IsMisread(PartsPerMillion noise, SplitMix64 random) =>
        noise.Value > 0 && random.Happens(noise);
}

/// <summary>What a run answered. Answers of one job are equal or different, and that is all a policy sees.</summary>
public readonly record struct Answer
{
    private readonly int number;

    private Answer(int number) => this.number = number;

    public static Answer Right => default;

    public static Answer OfTheRing => new(1);

    public bool IsRight => this == Right;

    /// <summary>Equal for equal answers. The right one has the highest, so that it loses a tie by digest.</summary>
    public Hash32 Digest()
    {
        Span<byte> bytes = stackalloc byte[Hash32.Length];
        bytes.Fill(byte.MaxValue);
        BinaryPrimitives.WriteInt32BigEndian(bytes, int.MaxValue - number);
        return new Hash32(bytes);
    }

    /// <summary>A wrong answer that nobody else gives.</summary>
    public static Answer OfItsOwn(int provider) => new(provider + 2);
}
