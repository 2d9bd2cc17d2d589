using Marketplace.Kernel;

namespace Marketplace.Fleet;

/// <summary>Who serves now. Anyone is drawn with the same chance: all have the same stake.</summary>
public sealed class Roster
{
    private const int Gone = -1;
    private const int MostDraws = 1_000_000;

    private readonly List<FleetMember> all = [];
    private readonly List<int> serving = [];
    private readonly List<int> placeOf = [];

    /// <summary>All that ever served, by their id.</summary>
    public IReadOnlyList<FleetMember> All => all;

    public int Serving => serving.Count;

    public FleetMember Add(bool cheats)
    {
        var provider = new FleetMember(all.Count, cheats);
        all.Add(provider);
        placeOf.Add(serving.Count);
        serving.Add(provider.Id);
        return provider;
    }

    public bool Serves(int provider) => placeOf[provider] != Gone;

    public int Draw(SplitMix64 random) => serving[random.Below(serving.Count)];

    /// <summary>Draws until one may be taken: all who may have the same chance, as in a draw among those.</summary>
    public int Draw(SplitMix64 random, Func<int, bool> may)
    {
        for (var draw = 0; draw < MostDraws; draw++)
        {
            var provider = Draw(random);
            if (may(provider))
            {
                return provider;
            }
        }

        throw new InvariantViolationException("The fleet has nobody left to check a job.");
    }

    public void Remove(int provider)
    {
        var place = placeOf[provider];
        var last = serving[^1];
        serving[place] = last;
        placeOf[last] = place;
        placeOf[provider] = Gone;
        serving.RemoveAt(serving.Count - 1);
    }
}
