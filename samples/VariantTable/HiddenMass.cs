using FacialAttention;

namespace VariantTable;

/// <summary>How much of attention lies on hidden pixels.</summary>
internal static class HiddenMass
{
    /// <summary>The mass of a map on hidden pixels, and the hidden share of what the map lies over.</summary>
    /// <param name="map">The map, whose grid lies over the crop.</param>
    /// <param name="isHidden">Of the face, row by row.</param>
    /// <param name="size">The face.</param>
    /// <param name="crop">The centre that the network sees; all of the face if it sees that.</param>
    public static (double Mass, double Area) Of(AttentionMap map, bool[] isHidden, ImageSize size, ImageSize crop)
    {
        int top = (size.Height - crop.Height) / 2, left = (size.Width - crop.Width) / 2;
        var pixels = new int[map.Weights.Count];
        var hidden = new int[map.Weights.Count];
        for (int y = 0; y < crop.Height; y++)
        {
            for (int x = 0; x < crop.Width; x++)
            {
                int place = (y * map.GridHeight / crop.Height * map.GridWidth) + (x * map.GridWidth / crop.Width);
                pixels[place]++;
                hidden[place] += isHidden[((top + y) * size.Width) + left + x] ? 1 : 0;
            }
        }

        double mass = map.Weights.Select((weight, place) => pixels[place] == 0 ? 0 : (double)weight * hidden[place] / pixels[place]).Sum();
        return (mass, (double)hidden.Sum() / (crop.Height * crop.Width));
    }
}
