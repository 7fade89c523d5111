/* Leaflet's bar, in the reader's language. */
const LocalScale = L.Control.Scale.extend({
  _updateMetric(most) {
    const metres = this._getRoundNum(most);
    const words = this.options.words;
    const text = metres < 1000
      ? words.metres(metres) : words.text('km', {n: words.count(metres / 1000)});
    this._updateScale(this._mScale, text, metres / most);
  },
});

/* The map: the country, who holds what, border contact, places. No tiles, so no network. */
class FactionMap {
  constructor(holder, data) {
    this.data = data;
    this.outlines = new Outlines(data.outlines);
    const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.map = L.map(holder, {
      attributionControl: false, zoomControl: false, zoomSnap: 0.25, zoomDelta: 0.5,
      wheelPxPerZoomLevel: 90, zoomAnimation: !still, fadeAnimation: false, maxZoom: 17, minZoom: 1,
    });
    ['country', 'held', 'inner', 'border', 'contact', 'names'].forEach((name, index) => {
      this.map.createPane(name).style.zIndex = 400 + 10 * index;
    });
    this.renderers = {};
    this.map.fitBounds(data.extent, {padding: [12, 12]});
    this.drawCountry();
    this.held = data.factions.map(([, color]) => L.polygon([], {
      ...this.style('held'), color, weight: 0.8, fillColor: color, fillOpacity: 0.72, fillRule: 'evenodd',
    }).addTo(this.map));
    this.contacts = L.layerGroup().addTo(this.map);
    this.placeNodes = data.places.map((place) => this.place(place));
    this.map.on('zoomend moveend resize', () => this.spreadNames());
    this.spreadNames();
  }

  /* smoothFactor 0: Leaflet would simplify each outline for itself, and neighbours come apart. */
  style(pane) {
    this.renderers[pane] = this.renderers[pane] || L.svg({pane, padding: 0.5});
    return {pane, renderer: this.renderers[pane], interactive: false, smoothFactor: 0};
  }

  drawCountry() {
    const ground = this.data.ground;
    const line = (numbers, pane, options) => L.polyline(
      this.outlines.lines(numbers), {...this.style(pane), ...options}).addTo(this.map);
    L.polygon(this.outlines.of(ground.home), {
      ...this.style('country'), stroke: false, fillColor: '#fbfaf6', fillOpacity: 1,
    }).addTo(this.map);
    for (const [, numbers] of ground.provinces) {
      line(numbers, 'inner', {color: '#6f6a60', weight: 0.7, opacity: 0.7, dashArray: '4 3'});
    }
    for (const [, numbers] of ground.borders) {
      line(numbers, 'border', {color: '#4b473f', weight: 1.6});
    }
  }

  place([name, ...place]) {
    const node = document.createElement('div');
    node.className = 'place';
    const text = document.createElement('span');
    text.dir = 'auto';
    text.textContent = name;
    node.append(text);
    const icon = L.divIcon({html: node, className: 'place-holder', iconSize: [0, 0]});
    L.marker(place, {icon, pane: 'names', interactive: false, keyboard: false}).addTo(this.map);
    return node;
  }

  show(number, chosen) {
    const date = this.data.dates[number];
    const held = new Map(date.held);
    this.held.forEach((layer, index) => {
      layer.setLatLngs(held.has(index) ? this.outlines.of(held.get(index)) : []);
      const isFaint = chosen >= 0 && chosen !== index;
      layer.setStyle({fillOpacity: isFaint ? 0.16 : 0.72, opacity: isFaint ? 0.2 : 1});
    });
    this.contacts.clearLayers();
    const lost = this.lost(number);
    for (const [index, , , numbers] of date.contacts) {
      if (chosen >= 0 && chosen !== index) { continue; }
      this.stretch(numbers, '#ffffff', 5);
      this.stretch(numbers, this.data.factions[index][1], 3);
    }
    for (const [, , , numbers] of lost) {
      this.stretch(numbers, '#ffffff', 8);
      this.stretch(numbers, '#d7191c', 5);
    }
    return {contact: date.contacts.length > 0, lost: lost.length > 0};
  }

  /* The stretches of the date before whose contact ended by this date. */
  lost(number) {
    const events = this.data.dates[number].events.filter((event) => event[0] === 'contact_lost');
    if (!events.length) { return []; }
    return this.data.dates[number - 1].contacts.filter(([index, neighbour]) =>
      events.some((event) => event[1] === index && event[4] === neighbour));
  }

  stretch(numbers, color, weight) {
    this.contacts.addLayer(L.polyline(this.outlines.lines(numbers), {
      ...this.style('contact'), color, weight, lineCap: 'butt'}));
  }

  mark(place) {
    this.unmark();
    this.marker = L.circleMarker(place, {
      ...this.style('names'), radius: 11, color: '#d7191c', weight: 3, fill: false}).addTo(this.map);
    if (!this.map.getBounds().pad(-0.1).contains(place)) { this.map.panTo(place); }
  }

  unmark() {
    if (this.marker) { this.marker.remove(); }
    this.marker = null;
  }

  /* Names that would lie over others stay away until there is room. */
  spreadNames() {
    const taken = [];
    const size = this.map.getSize();
    this.data.places.forEach(([name, ...place], index) => {
      const at = this.map.latLngToContainerPoint(place);
      const inside = at.x > -50 && at.y > -20 && at.x < size.x + 50 && at.y < size.y + 20;
      const box = [at.x - 4, at.y - 8, at.x + 12 + 6.5 * Math.min(name.length, 40), at.y + 8];
      const fits = inside && !taken.some((other) =>
        box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]);
      this.placeNodes[index].classList.toggle('nameless', !fits);
      if (fits) { taken.push(box); }
    });
  }

  words(words) {
    if (this.zoom) { this.zoom.remove(); }
    if (this.scale) { this.scale.remove(); }
    this.scale = new LocalScale({imperial: false, position: 'bottomleft', words}).addTo(this.map);
    this.zoom = L.control.zoom({
      zoomInTitle: words.own.zoom_in, zoomOutTitle: words.own.zoom_out,
      position: words.own.direction === 'rtl' ? 'topright' : 'topleft'}).addTo(this.map);
    const whole = L.DomUtil.create('a', 'leaflet-control-whole', this.zoom.getContainer());
    whole.href = '#';
    whole.setAttribute('role', 'button');
    whole.title = words.own.whole;
    whole.setAttribute('aria-label', words.own.whole);
    whole.textContent = '⤢';
    L.DomEvent.on(whole, 'click', (event) => {
      L.DomEvent.stop(event);
      this.map.fitBounds(this.data.extent, {padding: [12, 12]});
    });
  }

  resize() { this.map.invalidateSize({animate: false}); }

  /* Paper is narrower than the window: the map takes its size and shows at least the same. */
  forPaper(width, height) {
    const style = this.map.getContainer().style;
    this.onScreen = {center: this.map.getCenter(), zoom: this.map.getZoom()};
    const bounds = this.map.getBounds();
    style.width = `${width}px`;
    style.height = `${height}px`;
    style.minHeight = '0';
    this.resize();
    this.map.fitBounds(bounds, {animate: false});
  }

  forScreen() {
    const style = this.map.getContainer().style;
    style.width = style.height = style.minHeight = '';
    this.resize();
    this.map.setView(this.onScreen.center, this.onScreen.zoom, {animate: false});
  }
}
