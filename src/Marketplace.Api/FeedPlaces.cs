using Marketplace.OrderBook.Entry;

namespace Marketplace.Api;

/// <summary>How many feeds each source has open, so that no one source has them all.</summary>
/// <param name="perSource">At most.</param>
public sealed class FeedPlaces(int perSource)
{
    private readonly Lock gate = new();
    private readonly Dictionary<EntrySource, int> taken = [];

    /// <returns>What gives the place back; null when the source has all it may.</returns>
    public IDisposable? Take(EntrySource source)
    {
        lock (gate)
        {
            var open = taken.GetValueOrDefault(source);
            if (open == perSource)
            {
                return null;
            }

            taken[source] = open + 1;
            return new Place(this, source);
        }
    }

    private void GiveBack(EntrySource source)
    {
        lock (gate)
        {
            if (--taken[source] == 0)
            {
                taken.Remove(source);
            }
        }
    }

    private sealed class Place(FeedPlaces places, EntrySource source) : IDisposable
    {
        private bool isGivenBack;

        public void Dispose()
        {
            if (!Interlocked.Exchange(ref isGivenBack, true))
            {
                places.GiveBack(source);
            }
        }
    }
}
