{#- Key of a segment: its behaviour cluster crossed with its taste cluster, such as B1T2. -#}
{% macro segment_id(behaviour_cluster_id, taste_cluster_id) -%}
    'B' || cast({{ behaviour_cluster_id }} as {{ dbt.type_string() }})
    || 'T' || cast({{ taste_cluster_id }} as {{ dbt.type_string() }})
{%- endmacro %}
