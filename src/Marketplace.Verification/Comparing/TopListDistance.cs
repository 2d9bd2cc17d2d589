namespace Marketplace.Verification.Comparing;

/// <summary>
/// How far two lists of likeliest tokens are apart, for calibration where lists are all that is known. It has no
/// threshold of its own.
/// </summary>
/// <remarks>
/// Gonka's distance: each token of one list against its log-probability in the other, relative to the sum of both;
/// a token that the other list lacks is taken to come next there, as far below its last as the last is below the one
/// before. Not symmetric.
/// </remarks>
public static class TopListDistance
{
    private const double NoDivisionByZero = 1e-6;
    private const int LeastPositions = 100;

    /// <summary>The distance at one position, 0 to half the number of tokens.</summary>
    /// <param name="reference">Log-probabilities in nats by token; two at least.</param>
    public static double At(IReadOnlyDictionary<uint, double> reference, IReadOnlyDictionary<uint, double> list)
    {
        var lowest = reference.Values.Order().Take(2).ToArray();
        var next = (2 * lowest[0]) - lowest[1];
        return list.OrderBy(entry => entry.Key).Sum(entry =>
        {
            var other = reference.GetValueOrDefault(entry.Key, next);
            return Math.Abs(entry.Value - other) / (NoDivisionByZero + Math.Abs(entry.Value) + Math.Abs(other)) / 2;
        });
    }

    /// <summary>The mean over an answer, smoothed by one: (sum + 1) / (max(100, positions) x tokens + 1).</summary>
    public static double Over(IReadOnlyCollection<double> positions, int tokensPerPosition) =>
        (positions.Sum() + 1) / ((Math.Max(LeastPositions, positions.Count) * tokensPerPosition) + 1);
}
